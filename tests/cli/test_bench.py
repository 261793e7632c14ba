"""What an author begins with, and what stays open while they write."""

import errno
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from lfp_trainer.bench.workbench import Workbench
from lfp_trainer.cli import bench, main
from tests import scenarios


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, words)
    return result.exit_code, result.output


class TestNew:
    def test_what_it_writes_can_be_checked_and_played_at_once(self, tmp_path: Path) -> None:
        file = tmp_path / "cases" / "the-late-report.yaml"

        code, said = run("new", str(file))

        assert code == 0, said
        assert "vocabulary.yaml" in said
        code, said = run("check", str(file))
        assert code == 0
        assert "still to write" not in said
        assert "error" not in said
        code, said = run("play", str(file), "--choices", "1,1")
        assert code == 0
        assert "Heard" in said

    def test_it_takes_the_id_and_the_title_from_the_name(self, tmp_path: Path) -> None:
        run("new", str(tmp_path / "Late Report 2"))

        text = (tmp_path / "Late Report 2.yaml").read_text()

        assert "id: late-report-2\n" in text
        assert 'title: "Late report 2"\n' in text
        assert text.startswith("# yaml-language-server: $schema=scenario.schema.json\n")
        assert (tmp_path / "scenario.schema.json").is_file()

    def test_a_title_may_hold_what_yaml_would_trip_over(self, tmp_path: Path) -> None:
        file = tmp_path / "case.yaml"

        run("new", str(file), "--title", 'Who decides: "us" or #them')

        assert run("check", str(file))[0] == 0

    def test_it_overwrites_nothing(self, tmp_path: Path) -> None:
        file = tmp_path / "case.yaml"
        file.write_text("mine")
        (tmp_path / "vocabulary.yaml").write_text("mine too")

        code, said = run("new", str(file))
        other, _ = run("new", str(tmp_path / "other.yaml"))

        assert code == 1
        assert "is there already" in said
        assert other == 0
        assert file.read_text() == "mine"
        assert (tmp_path / "vocabulary.yaml").read_text() == "mine too"

    @pytest.mark.parametrize("name", ["case", "case.yaml", "case.yml", "case.YAML"])
    def test_whatever_ending_is_typed_the_file_is_a_yaml_file(
        self, tmp_path: Path, name: str
    ) -> None:
        run("new", str(tmp_path / name))

        assert [path.name for path in tmp_path.glob("case*")] == ["case.yaml"]

    def test_what_it_writes_needs_no_more_advice_once_it_is_no_draft(self, tmp_path: Path) -> None:
        file = tmp_path / "case.yaml"
        run("new", str(file))
        file.write_text(file.read_text().replace("draft: true\n", ""))

        code, said = run("check", "--strict", str(file))

        assert code == 0, said

    def test_a_name_without_letters_is_refused(self, tmp_path: Path) -> None:
        code, said = run("new", str(tmp_path / "….yaml"))

        assert code == 1
        assert "letters" in said

    @pytest.mark.parametrize(
        "name", ["vocabulary", "Vocabulary.yaml", "README", "readme.md", "rubrics",
                 "impact-and-influence.yml", "scenario.schema"],
    )  # fmt: skip
    def test_the_names_of_what_lies_beside_it_are_refused(self, tmp_path: Path, name: str) -> None:
        code, said = run("new", str(tmp_path / name))

        assert code == 1
        assert "Choose another name." in said
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["rubrics", "cases"])
    def test_a_file_where_a_folder_is_needed_is_said_in_a_sentence(
        self, tmp_path: Path, name: str
    ) -> None:
        taken = tmp_path / ("cases" if name == "cases" else "cases/rubrics")
        taken.parent.mkdir(exist_ok=True)
        taken.write_text("mine")

        code, said = run("new", str(tmp_path / "cases" / "case"))

        assert code == 1
        assert said.startswith(f"Error: {taken} is a file, and a folder of that name is needed.")
        assert taken.read_text() == "mine"

    def test_a_folder_that_may_not_be_written_is_said_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_source: Path, target: Path) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", str(target))

        monkeypatch.setattr(shutil, "copy", refuse)

        code, said = run("new", str(tmp_path / "case"))

        assert code == 1
        assert said == (
            f"Error: {tmp_path / 'README.md'} cannot be written: permission denied."
            " Write to a folder of your own.\n"
        )


class TestWatch:
    def test_it_tells_each_save_once(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = scenarios.shelve(tmp_path)
        text = file.read_text()
        saves = iter([text, text, text.replace("start: log", "start: lgo"), text])

        def go_on() -> bool:
            following = next(saves, None)
            if following is not None:
                file.write_text(following)
            return following is not None

        monkeypatch.setattr(bench, "LOOK_EVERY", 0)
        bench.follow(Workbench(file), go_on)

        told = capsys.readouterr().out
        assert told.count("---") == 3
        assert "Did you mean 'log'?" in told
        assert f"{file}:" in told

    def test_it_serves_the_bench_until_it_is_stopped(self, tmp_path: Path) -> None:
        file = scenarios.shelve(tmp_path)
        start = "from lfp_trainer.cli import main; main()"
        program = [sys.executable, "-c", start, "watch", str(file), "--port", "0"]
        process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            assert process.stdout is not None
            address = re.search(rb"http://\S+", process.stdout.readline())
            assert address is not None
            assert "A small case" in _fetch(address[0].decode())
        finally:
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=10)[0].decode()
        assert process.returncode == 0
        assert "Stopped." in said
        assert "Traceback" not in said

    def test_a_port_in_use_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        file = scenarios.shelve(tmp_path)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            code, said = run("watch", str(file), "--port", str(port))

        assert code == 1
        assert said == (
            f"Error: Port {port} cannot be used: address already in use."
            " Take another with --port.\n"
        )

    def test_a_port_that_is_refused_is_said_with_the_system_s_reason(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(socket.socket, "bind", refuse)

        code, said = run("watch", str(scenarios.shelve(tmp_path)), "--port", "80")

        assert code == 1
        assert said.startswith("Error: Port 80 cannot be used: permission denied.")

    @pytest.mark.parametrize("port", ["-1", "65536", "many"])
    def test_what_is_no_port_is_refused(self, tmp_path: Path, port: str) -> None:
        code, said = run("watch", str(scenarios.shelve(tmp_path)), "--port", port)

        assert code == 2
        assert "Invalid value for '--port'" in said


def _fetch(url: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it never answered")
