"""The names that pytest-vcr's users have."""

from __future__ import annotations

from tests.pytest_plugin.conftest import Suite

GET = "import urllib.request, pytest\ndef get(path): return urllib.request.urlopen(SERVER + path).read()\n"
CODE = f"""{GET}
pytestmark = pytest.mark.vcr(match_on=["path"])

@pytest.fixture(scope="module")
def vcr_config(): return {{"filter_headers": ["host"]}}

class TestIt:
    @pytest.mark.vcr(filter_headers=[])
    def test_it(self, vcr, vcr_cassette):
        assert vcr.filter_headers == ["host"] and vcr.match_on == ["path"]
        print(f"<{{get('/a').decode()}} {{vcr_cassette.play_count}}>")
"""


def test_cassettes_lie_and_are_recorded_as_with_pytest_vcr(suite: Suite) -> None:
    (suite.folder / "pytest.ini").write_text("[pytest]\nreqsnap_vcr_names = pytest-vcr\n")
    suite.write("test_it.py", CODE)
    suite.run("-s").stdout.fnmatch_lines(["*<1 GET /a  0>*"])
    suite.run("-s").stdout.fnmatch_lines(["*<1 GET /a  1>*"])
    assert suite.cassettes == ["cassettes/TestIt.test_it.yaml"]
    suite.run("-s", "--disable-vcr").stdout.fnmatch_lines(["*<2 GET /a  0>*"])
    suite.run("-s", "--vcr-record-mode=rewrite").stdout.fnmatch_lines(["*<3 GET /a  0>*"])
    suite.run("-s", "--vcr-record=none").stdout.fnmatch_lines(["*<3 GET /a  1>*"])


def test_the_vcr_opens_other_cassettes(suite: Suite) -> None:
    (suite.folder / "pytest.ini").write_text("[pytest]\nreqsnap_vcr_names = pytest-vcr\n")
    suite.write(
        "test_it.py", f"{GET}\ndef test_it(vcr, vcr_cassette_name):\n  with vcr.use_cassette('x'): get('/a')"
    )
    suite.run().assert_outcomes(passed=1)
    assert suite.cassettes == ["cassettes/x.yaml"]
