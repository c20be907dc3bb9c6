"""The entry point of the build; everything is said in setup.cfg."""

from setuptools import setup

setup()
