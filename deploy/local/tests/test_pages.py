"""The desk's own pages, through the gateway as it is built, without a service behind it."""

import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deskstream_local import own_pages
from deskstream_local.first_mail import first_mail
from deskstream_local.gateway import GatewaySettings, build
from deskstream_local.people import People, Person

PAGE = {"Accept": "text/html"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.json"
    People(
        agents=(Person(name=f"Tom {HOSTILE}", email="tom@desk.example", role="agent"),),
        customers=(Person(name="Sabine Schulz", email="sabine@schulz.example", role="customer"),),
    ).write(file)
    return file


@pytest.fixture
async def browser(tmp_path: Path, people: Path) -> AsyncIterator[httpx.AsyncClient]:
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in own_pages.DOCUMENTS.values():
        (documents / f"{name}.openapi.json").write_text(f'{{"of": "{name}"}}')
    settings = GatewaySettings(
        port=1,
        smtp_port=2525,
        sink_port=2,
        sink_folder=tmp_path / "sink",
        documents=documents,
        people=people,
        public_url="http://desk.example",
    )
    transport = httpx.ASGITransport(build(settings, []))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_the_landing_page_tells_the_doors_the_people_and_the_first_mail(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/dev")
    for target in ("/", "/dev/mails", "/portal", "/api/v1/docs", "/portal/api/v1/docs"):
        assert f'href="{target}"' in page.text
    assert "tom@desk.example" in page.text
    assert "sabine@schulz.example" in page.text
    assert "smtplib" in page.text


async def test_the_landing_page_shows_no_password_and_runs_nothing(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/dev")
    assert HOSTILE not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_a_desk_without_demo_data_names_nobody(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    assert People.read(tmp_path / "there-is-no-such-file") == People()


def test_people_are_read_as_they_were_written(people: Path) -> None:
    assert [person.role for person in (*People.read(people).agents, *People.read(people).customers)] == [
        "agent",
        "customer",
    ]


@pytest.mark.parametrize("prefix", own_pages.DOCUMENTS)
async def test_both_api_documents_are_shown_without_the_internet(browser: httpx.AsyncClient, prefix: str) -> None:
    document = await browser.get(f"{prefix}/openapi.json")
    assert document.json() == {"of": own_pages.DOCUMENTS[prefix]}
    viewer = await browser.get(f"{prefix}/docs")
    assert f"{prefix}/openapi.json" in viewer.text
    assert "https://" not in viewer.text
    assert (await browser.get(f"{own_pages.VIEWER}/swagger-ui-bundle.js")).status_code == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/dev/mails", 405)])
async def test_what_is_not_served_is_a_problem_for_programs_and_a_page_for_browsers(
    browser: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    problem = await browser.request(method, path)
    assert problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["correlation_id"] == problem.headers["x-correlation-id"]
    page = await browser.request(method, path, headers=PAGE)
    assert page.status_code == status
    assert 'href="/dev"' in page.text


async def test_the_gateway_answers_to_its_own_names_only(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/dev", headers={"Host": "desk.example"})).status_code == 200
    assert (await browser.get("/dev", headers={"Host": "rebound.example"})).status_code == 400


def test_the_first_mail_is_one_command_that_no_shell_changes() -> None:
    command = first_mail(2525)
    assert "!" not in command
    assert "\n" not in command
    program, option, code = shlex.split(command)
    assert (program, option) == ("python3", "-c")
    compile(code, "first mail", "exec")
