"""Part of the build, named in setup.cfg: editable installs get the data files too, as others do."""

from __future__ import annotations

from setuptools.command import editable_wheel


class EditableWheel(editable_wheel.editable_wheel):
    """setuptools' own command, which asks for the data files by a name that they do not have."""

    def run(self) -> None:
        """Build the wheel of an editable install."""
        self.distribution.has_data = self.distribution.has_data_files
        super().run()
