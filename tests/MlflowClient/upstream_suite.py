"""Runs MLflow's own REST tests against this platform: each test gets a server of ours, new and empty, instead of MLflow's.

    python3 upstream_suite.py [--host COMMAND] MLFLOW_SOURCE [pytest's arguments]

MLFLOW_SOURCE is a folder with MLflow's packages `mlflow` and `tests`; README.md says what else is needed.
"""

import argparse
import atexit
import contextlib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import types

import pytest

HERE = pathlib.Path(__file__).resolve().parent
FILES = tuple(f"tests/tracking/test_{name}.py" for name in ("rest_tracking", "model_registry", "mlflow_artifacts"))
HOST = f"dotnet {shlex.quote(str(HERE.parents[1] / 'artifacts/bin/PlatformHost/release/PlatformHost.dll'))}"


class Host:
    """A server of ours with a folder of its own, on a port that the system chooses."""

    def __init__(self, command):
        self.folder = tempfile.mkdtemp(prefix="mlplatform-")
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [*command, "--urls", "http://127.0.0.1:0", f"--MlPlatform:DataDirectory={self.folder}/data"],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def url(self):
        """Where it listens, once it does."""
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"The server did not start; its log is {self.log.name}.")
        return line.split()[1]

    def errors(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class ForeignServer:
    """Replaces the fixtures that start MLflow's server by ones that start ours."""

    def __init__(self, command, not_passable):
        self.command = command
        self.not_passable = not_passable
        self.spare = None
        self.current = None
        atexit.register(self.pytest_sessionfinish)

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef, request):
        replacements = {
            "mlflow_client": self.client,
            "client": self.client,
            "artifacts_server": self.artifacts_server,
            "cached_db": lambda: pathlib.Path(),
        }
        if fixturedef.argname in replacements and "tests/tracking" in str(fixturedef.baseid):
            fixturedef.func = replacements[fixturedef.argname]
            fixturedef.argnames = ()

    def pytest_collection_modifyitems(self, config, items):
        # The tests run once for each of MLflow's stores. There is one of ours, and it is what they call a SQL store.
        twice = [i for i in items if "file" in getattr(getattr(i, "callspec", None), "params", {}).values()]
        config.hook.pytest_deselected(items=twice)
        items[:] = [i for i in items if i not in twice]
        for item in items:
            if reason := self.not_passable.get(item.originalname):
                item.add_marker(pytest.mark.xfail(reason=reason, strict=False))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = (yield).get_result()
        if report.failed and self.current is not None and (errors := self.current.errors()):
            report.sections.append(("Log of the server", errors))

    def pytest_sessionfinish(self):
        if self.spare is not None:
            self.spare.stop()
            self.spare = None

    def artifacts_server(self):
        """The fixture of a file's tests: one server for all. Its folder holds what no test can know, so they are told of one that stays empty."""
        with contextlib.contextmanager(self.client)() as client:
            yield types.SimpleNamespace(
                url=client.tracking_uri,
                backend_store_uri=client.tracking_uri,
                default_artifact_root=f"{client.tracking_uri}/api/2.0/mlflow-artifacts/artifacts",
                artifacts_destination=os.path.join(self.current.folder, "empty"),
            )

    def client(self):
        """The fixture of a test: a client of a new server. The next one starts meanwhile."""
        import mlflow

        self.current = self.spare or Host(self.command)
        self.spare = None
        try:
            url = self.current.url()
            self.spare = Host(self.command)
            before = (mlflow.get_tracking_uri(), mlflow.get_registry_uri())
            mlflow.set_tracking_uri(url)
            mlflow.set_registry_uri(url)
            yield mlflow.MlflowClient(url, url)
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])
        finally:
            self.current.stop()
            self.current = None


def read_not_passable():
    """Lines `test: reason`."""
    lines = (HERE / "not_passable.txt").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default=HOST, help="the command that starts a server (default: PlatformHost as built for release)")
    parser.add_argument("source", type=pathlib.Path, help="a folder with MLflow's packages mlflow and tests")
    arguments, rest = parser.parse_known_args()
    source = arguments.source.resolve()
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # What fails shall fail at once.
    sys.path.insert(0, str(source))
    os.chdir(source)
    if not any(a.startswith("tests/") for a in rest):
        rest = [*FILES, *rest]
    plugin = ForeignServer(shlex.split(arguments.host), read_not_passable())
    return pytest.main(["-p", "no:cacheprovider", "-rxX", *rest], plugins=[plugin])


if __name__ == "__main__":
    sys.exit(main())
