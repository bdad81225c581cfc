"""MLflow's own client against a server of this platform: `python3 acceptance.py http://127.0.0.1:5000`. README.md says more."""

import math
import pathlib
import sys
import tempfile
import time

import mlflow
from mlflow.entities import LoggedModelStatus, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

INVALID = "INVALID_PARAMETER_VALUE"
EXISTS = "RESOURCE_ALREADY_EXISTS"
MISSING = "RESOURCE_DOES_NOT_EXIST"


class Checks:
    """Counts what holds, and says what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, check):
        try:
            if check() is False:
                raise AssertionError("it is not so")
            self.passed += 1
        except Exception as e:  # Whatever goes wrong in one check, the others are still of interest.
            self.failed += 1
            print(f"FAILED {name}: {type(e).__name__}: {str(e)[:300]}")


def refuses(code, call):
    """Whether the call fails with that code."""
    try:
        call()
    except MlflowException as e:
        if e.error_code == code:
            return True
        raise AssertionError(f"{code} was expected, came {e.error_code}: {e}") from e
    raise AssertionError(f"{code} was expected; the call succeeded")


def experiments(check, client, stamp):
    name = f"experiment-{stamp}"
    id = client.create_experiment(name, tags={"team": "ops"})
    check("an experiment is read by id", lambda: client.get_experiment(id).tags["team"] == "ops")
    check("an experiment is read by name", lambda: client.get_experiment_by_name(name).experiment_id == id)
    check("an unknown name is none", lambda: client.get_experiment_by_name(f"no-{stamp}") is None)
    check("there is a default experiment", lambda: client.get_experiment("0").name == "Default")
    check("a name is used once", lambda: refuses(EXISTS, lambda: client.create_experiment(name)))
    check(
        "experiments are found by name",
        lambda: [e.experiment_id for e in client.search_experiments(filter_string=f"name = '{name}'")] == [id],
    )
    check(
        "experiments are found by pattern and tag",
        lambda: id in [e.experiment_id for e in client.search_experiments(filter_string=f"name LIKE '{name[:-3]}%' AND tags.team = 'ops'")],
    )
    check("an experiment is tagged", lambda: client.set_experiment_tag(id, "a", "b") or client.get_experiment(id).tags["a"] == "b")
    check("an experiment is renamed", lambda: client.rename_experiment(id, f"{name}-2") or client.get_experiment(id).name == f"{name}-2")

    def delete_and_restore():
        client.delete_experiment(id)
        return (
            client.get_experiment(id).lifecycle_stage == "deleted"
            and refuses(INVALID, lambda: client.create_run(id))
            and id in [e.experiment_id for e in client.search_experiments(view_type=ViewType.DELETED_ONLY)]
            and (client.restore_experiment(id) or client.get_experiment(id).lifecycle_stage == "active")
        )

    check("an experiment is deleted and restored", delete_and_restore)
    return id


def runs(check, client, experiment):
    run = client.create_run(experiment, tags={"k": "v"}, run_name="first")
    id = run.info.run_id
    check("a run's name is also a tag", lambda: run.info.run_name == "first" and client.get_run(id).data.tags["mlflow.runName"] == "first")
    client.log_param(id, "p", "1")
    client.log_metric(id, "m", 0.5, step=1)
    client.log_metric(id, "m", 0.7, step=2)
    client.set_tag(id, "t", "x")
    check("a param may be logged again", lambda: client.log_param(id, "p", "1") is not False)
    check("a param keeps its value", lambda: refuses(INVALID, lambda: client.log_param(id, "p", "2")))

    def read_back():
        data = client.get_run(id).data
        return data.params == {"p": "1"} and data.metrics["m"] == 0.7 and data.tags["t"] == "x"

    check("what was logged is read back", read_back)
    client.log_batch(
        id,
        metrics=[Metric("nan", math.nan, int(time.time() * 1000), 0), Metric("inf", math.inf, 1, 3), *(Metric("h", float(i), i, i) for i in range(500))],
        params=[Param("q", "2")],
        tags=[RunTag("u", "y")],
    )
    check("not-a-number is kept", lambda: math.isnan(client.get_run(id).data.metrics["nan"]))
    check("infinity is kept", lambda: client.get_run(id).data.metrics["inf"] > 1e308)
    check("a history is whole", lambda: len(client.get_metric_history(id, "h")) == 500)
    check("a tag is deleted", lambda: client.delete_tag(id, "u") or "u" not in client.get_run(id).data.tags)
    check("a missing tag is not deleted", lambda: refuses(MISSING, lambda: client.delete_tag(id, "none")))
    check("a run is renamed", lambda: client.update_run(id, name="renamed") or client.get_run(id).info.run_name == "renamed")
    check("a run ends", lambda: client.set_terminated(id, "FINISHED") or client.get_run(id).info.status == "FINISHED")
    check("an unknown run is refused", lambda: refuses(MISSING, lambda: client.get_run("0" * 32)))
    return id


def run_searches(check, client, experiment):
    ids = [client.create_run(experiment, tags={"i": str(i)}).info.run_id for i in range(25)]
    for i, id in enumerate(ids):
        client.log_metric(id, "score", i / 10)

    def find(filter):
        return [r.info.run_id for r in client.search_runs([experiment], filter)]

    def paged():
        seen, token = [], None
        while True:
            page = client.search_runs([experiment], "metrics.score >= 0", order_by=["metrics.score DESC"], max_results=7, page_token=token)
            seen += [r.info.run_id for r in page]
            token = page.token
            if not token:
                return seen == ids[::-1]

    def nested():
        parent = client.create_run(experiment).info.run_id
        child = client.create_run(experiment, tags={"mlflow.parentRunId": parent}).info.run_id
        return find(f"tags.mlflow.parentRunId = '{parent}'") == [child]

    def delete_and_restore():
        client.delete_run(ids[0])
        deleted = client.get_run(ids[0]).info.lifecycle_stage == "deleted"
        client.restore_run(ids[0])
        return deleted and client.get_run(ids[0]).info.lifecycle_stage == "active"

    check("pages follow in order", paged)
    check("AND and != find", lambda: find("metrics.score > 2.2 and tags.i != '24'") == [ids[23]])
    check("IN finds", lambda: set(find(f"attributes.run_id IN ('{ids[0]}', '{ids[1]}')")) == set(ids[:2]))
    check("a wrong literal is refused", lambda: refuses(INVALID, lambda: find("metrics.score > 'x'")))
    check("ILIKE finds", lambda: len(find("attributes.run_name ILIKE 'RENAM%'")) == 1)
    check("children are found by their parent", nested)
    check("a run is deleted and restored", delete_and_restore)


def artifacts(check, client, run, folder):
    text = "x" * 100_000
    (folder / "a.txt").write_text("hello")
    (folder / "sub").mkdir()
    (folder / "sub" / "b c%.txt").write_text(text)
    client.log_artifacts(run, str(folder), "files")
    check("artifacts are listed", lambda: sorted(f.path for f in client.list_artifacts(run, "files")) == ["files/a.txt", "files/sub"])
    check("artifacts come back", lambda: pathlib.Path(client.download_artifacts(run, "files/sub"), "b c%.txt").read_text() == text)
    image = "images/dog%step%100%timestamp%1795572751689%x869b011.txt"  # Images of a step are named so.
    client.log_text(run, "dog", image)
    check("an image's name is kept", lambda: [f.path for f in client.list_artifacts(run, "images")] == [image])
    client.log_text(run, "text", "notes/x.txt")
    client.log_dict(run, {"a": 1}, "d.json")
    check("texts and dictionaries are artifacts", lambda: len(client.list_artifacts(run)) == 4)


def fluent(check, folder, stamp):
    import pandas

    def nested():
        mlflow.set_experiment(f"fluent-{stamp}")
        with mlflow.start_run(run_name="outer") as run:
            mlflow.log_params({"lr": 0.1})
            mlflow.log_metrics({"loss": 1.5}, step=3)
            with mlflow.start_run(nested=True):
                mlflow.log_metric("x", 1)
            mlflow.log_artifact(str(folder / "a.txt"))
        run = mlflow.get_run(run.info.run_id)
        return run.info.status == "FINISHED" and run.data.metrics["loss"] == 1.5

    def dataset():
        frame = mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}), name="frame")
        with mlflow.start_run() as run:
            mlflow.log_input(frame, context="training")
        found = mlflow.get_run(run.info.run_id).inputs.dataset_inputs[0]
        return found.dataset.name == "frame" and found.tags[0].value == "training" and "colspec" in found.dataset.schema

    check("the fluent interface logs nested runs", nested)
    check("a dataset is an input", dataset)


def logged_models(check, client, experiment, run):
    def live():
        id = client.create_logged_model(experiment, name="lm", source_run_id=run, tags={"a": "1"}, params={"p": "1"}, model_type="t").model_id
        client.log_metric(run, "acc", 0.9, model_id=id)
        client.finalize_logged_model(id, LoggedModelStatus.READY)
        client.set_logged_model_tags(id, {"b": "2"})
        client.delete_logged_model_tag(id, "b")
        model = client.get_logged_model(id)
        assert model.status == LoggedModelStatus.READY and model.tags == {"a": "1"} and model.params == {"p": "1"}, model
        assert [m.value for m in model.metrics] == [0.9], model.metrics
        order = [{"field_name": "metrics.acc", "ascending": False}]
        found = client.search_logged_models([experiment], "metrics.acc > 0.5 AND tags.a = '1'", order_by=order)
        assert [m.model_id for m in found] == [id], found
        client.delete_logged_model(id)
        return len(client.search_logged_models([experiment])) == 0

    check("a logged model is made, found and deleted", live)


def registry(check, client, run, stamp):
    name = f"model-{stamp}"
    client.create_registered_model(name, tags={"a": "1"}, description="described")
    check("a model's name is used once", lambda: refuses(EXISTS, lambda: client.create_registered_model(name)))
    source = f"runs:/{run}/files"
    first = client.create_model_version(name, source, run_id=run, tags={"x": "y"}, description="one", await_creation_for=0)
    second = client.create_model_version(name, source, run_id=run, await_creation_for=0)

    def version(number="1"):
        return client.get_model_version(name, number)

    def model():
        return client.get_registered_model(name)

    def read_back():
        found = version()
        return found.description == "one" and found.tags == {"x": "y"} and found.run_id == run and found.current_stage == "None"

    check("versions count from one", lambda: [int(v.version) for v in (first, second)] == [1, 2])
    check("a version is read back", read_back)
    check("models are found by name", lambda: [m.name for m in client.search_registered_models(f"name = '{name}'")] == [name])
    check("models are found by tag", lambda: name in [m.name for m in client.search_registered_models("tags.a = '1'")])
    check("versions are found by model", lambda: sorted(int(v.version) for v in client.search_model_versions(f"name='{name}'")) == [1, 2])
    check("versions are found by run", lambda: len(client.search_model_versions(f"run_id='{run}'")) == 2)
    check("a version is tagged", lambda: client.set_model_version_tag(name, "1", "k", "v") or version().tags["k"] == "v")
    check("a version's tag is deleted", lambda: client.delete_model_version_tag(name, "1", "k") or "k" not in version().tags)
    check("a model is tagged", lambda: client.set_registered_model_tag(name, "k", "v") or model().tags["k"] == "v")
    check("a model is described", lambda: client.update_registered_model(name, "new").description == "new")
    check("a version is described", lambda: client.update_model_version(name, "1", "new").description == "new")
    check("a version's files have an address", lambda: client.get_model_version_download_uri(name, "1").endswith("/artifacts/files"))
    check(
        "a version's files come back",
        lambda: pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{name}/1"), "a.txt").read_text() == "hello",
    )
    return name


def aliases(check, client, name):
    def model():
        return client.get_registered_model(name)

    check(
        "an alias names a version",
        lambda: client.set_registered_model_alias(name, "champion", "2") or int(client.get_model_version_by_alias(name, "champion").version) == 2,
    )
    check("a model has aliases", lambda: list(model().aliases) == ["champion"])
    check("an unknown alias is refused", lambda: refuses(INVALID, lambda: client.get_model_version_by_alias(name, "none")))
    check("an alias is deleted", lambda: client.delete_registered_model_alias(name, "champion") or model().aliases == {})
    check("latest is no alias", lambda: refuses(INVALID, lambda: client.set_registered_model_alias(name, "latest", "1")))


def stages(check, client, name):
    def archive():
        client.transition_model_version_stage(name, "2", "production", archive_existing_versions=True)
        return client.get_model_version(name, "1").current_stage == "Archived"

    check("a version has a stage", lambda: client.transition_model_version_stage(name, "1", "Production").current_stage == "Production")
    check("a version makes room for another", archive)
    check("each stage has its latest", lambda: {v.current_stage for v in client.get_latest_versions(name)} == {"Archived", "Production"})
    check("one stage has its latest", lambda: [int(v.version) for v in client.get_latest_versions(name, ["Production"])] == [2])


def ends(check, client, run, name):
    new, copy = f"{name}-new", f"{name}-copy"
    check("a model is renamed", lambda: client.rename_registered_model(name, new) and client.get_registered_model(new).name == new)
    check("a version is copied", lambda: client.copy_model_version(f"models:/{new}/1", copy).name == copy)
    check(
        "a version is deleted",
        lambda: client.delete_model_version(new, "2") or refuses(MISSING, lambda: client.get_model_version(new, "2")),
    )
    check("a model is deleted", lambda: client.delete_registered_model(new) or refuses(MISSING, lambda: client.get_registered_model(new)))
    for source in ["/etc/passwd", "file:///etc", "mlflow-artifacts:/../../x", f"runs:/{run}/../../x"]:
        check(
            f"source {source} is refused",
            lambda source=source: refuses(INVALID, lambda: client.create_model_version(copy, source, await_creation_for=0)),
        )


def main(uri):
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    client = mlflow.MlflowClient(uri, uri)
    stamp = str(time.time_ns())
    check = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        experiment = experiments(check, client, stamp)
        run = runs(check, client, experiment)
        run_searches(check, client, experiment)
        artifacts(check, client, run, folder)
        fluent(check, folder, stamp)
        logged_models(check, client, experiment, run)
        model = registry(check, client, run, stamp)
        aliases(check, client, model)
        stages(check, client, model)
        ends(check, client, run, model)
    print(f"{check.passed} passed, {check.failed} failed")
    return check.failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
