"use strict";

// Everything from outside is written with textContent; nothing on these pages is ever parsed as HTML.

const API = "/portal/api/v1";
const find = (id) => document.getElementById(id);
const words = () => document.querySelector("main").dataset;

async function call(method, path, body, key) {
  const headers = { "X-Deskstream-Client": "portal-pages" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  try {
    const response = await fetch(API + path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin",
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  } catch {
    return { status: 0, body: null };
  }
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(text) {
  const notice = find("notice");
  notice.textContent = text;
  notice.hidden = !text;
}

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function when(text) {
  const made = element("time", new Date(text).toLocaleString(document.documentElement.lang, {
    dateStyle: "medium", timeStyle: "short",
  }));
  made.dateTime = text;
  return made;
}

// The form's button rests while the work is under way, so that a double click is one request.
function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await work();
    } finally {
      button.disabled = false;
    }
  });
}

function signInPage() {
  let token = "";
  const readLink = () => {
    token = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    find("confirm").hidden = !token;
    find("ask").hidden = Boolean(token);
    say("");
  };
  readLink();
  // A link that is opened where this page is open already only changes the hash.
  window.addEventListener("hashchange", readLink);
  onSubmit(find("confirm"), async () => {
    const { status } = await call("POST", "/session", { token });
    if (status === 201) {
      location.assign("/portal");
    } else if (status === 410) {
      say(words().linkEnded);
      find("confirm").hidden = true;
      find("ask").hidden = false;
    } else {
      say(words().failed);
    }
  });
  onSubmit(find("ask"), async () => {
    const { status } = await call("POST", "/sign-in-links", { email: find("email").value });
    say(status === 202 ? words().linkSent : words().failed);
  });
}

function leave() {
  location.assign("/portal/sign-in");
}

let nextPage = null;
let shownNumber = null;

function ticketRow(head) {
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.href = "#" + head.number;
  link.append(element("span", head.subject));
  const meta = element("span", head.reference + " · " + head.status + " · ", "meta");
  meta.append(when(head.changed_at));
  link.append(meta);
  row.append(link);
  return row;
}

async function addTickets(cursor) {
  const { status, body } = await call("GET", "/tickets?limit=50" + (cursor ? "&cursor=" + encodeURIComponent(cursor) : ""));
  if (status === 401) return leave();
  if (status !== 200) return say(status === 503 ? words().notReadable : words().failed);
  find("tickets").append(...body.items.map(ticketRow));
  nextPage = body.next;
  find("more").hidden = !nextPage;
  find("none").hidden = find("tickets").children.length > 0;
}

async function showList() {
  shownNumber = null;
  find("ticket").hidden = true;
  find("list").hidden = false;
  find("tickets").replaceChildren();
  find("list-title").focus();
  await addTickets(null);
}

function activityRow(activity) {
  const row = document.createElement("li");
  row.className = activity.kind;
  const side = activity.kind === "from_us" ? words().fromUs : words().fromYou;
  const meta = element("p", side + " · " + activity.author + " · ", "meta");
  meta.append(when(activity.at));
  row.append(meta, element("p", activity.text, "text"));
  return row;
}

async function showTicket(number) {
  shownNumber = number;
  const { status, body } = await call("GET", "/tickets/" + number);
  if (shownNumber !== number) return;
  if (status === 401) return leave();
  if (status === 404) {
    history.replaceState(null, "", location.pathname);
    await showList();
    return say(words().notFound);
  }
  find("list").hidden = true;
  find("ticket").hidden = false;
  find("ticket-title").textContent = body && status === 200 ? body.reference + " " + body.subject : "#" + number;
  find("status").textContent = status === 200 ? body.status : "–";
  find("activities").replaceChildren(...(status === 200 ? body.activities.map(activityRow) : []));
  if (status !== 200) say(status === 503 ? words().notReadable : words().failed);
}

// Looks a few times whether what was sent is in its ticket; it is safe long before.
async function follow(id) {
  for (const pause of [300, 700, 1000, 2000, 4000]) {
    await new Promise((done) => setTimeout(done, pause));
    const { status, body } = await call("GET", "/submissions/" + id);
    if (status === 200 && body.state !== "submitted") return body;
  }
  return null;
}

async function send(path, body, key) {
  const { status, body: sent } = await call("POST", path, body, key);
  if (status === 201) {
    say(words().sending);
    return sent;
  }
  if (status === 401) leave();
  else say(sent && sent.detail ? sent.detail : words().failed);
  return null;
}

async function showEnd(sent) {
  const end = await follow(sent.id);
  if (!end) {
    say(words().accepted);
  } else if (end.state === "refused") {
    say(words().refused + " " + (end.refusal || ""));
  } else {
    say("");
    if (shownNumber === end.number) await showTicket(end.number);
    else if (sent.kind === "ticket") location.hash = "#" + end.number;
  }
}

function onSend(form, path, body) {
  let key = newKey();
  form.addEventListener("input", () => { key = newKey(); });
  onSubmit(form, async () => {
    const sent = await send(path(), body(), key);
    if (!sent) return;
    form.reset();
    key = newKey();
    showEnd(sent);
  });
}

async function loadChannels() {
  const { status, body } = await call("GET", "/channels");
  if (status !== 200) return;
  find("channel").replaceChildren(...body.items.map(({ key }) => {
    const name = key.replaceAll("-", " ");
    const option = element("option", name.charAt(0).toUpperCase() + name.slice(1));
    option.value = key;
    return option;
  }));
  find("new-box").hidden = body.items.length === 0;
}

async function route() {
  say("");
  const number = Number(location.hash.slice(1));
  if (Number.isInteger(number) && number > 0) {
    await showTicket(number);
    find("ticket-title").focus();
  } else if (location.hash !== "#content") {
    await showList();
  }
}

async function ticketsPage() {
  const { status, body } = await call("GET", "/session");
  if (status === 401) return leave();
  if (status !== 200) return say(words().failed);
  find("who").textContent = body.name;
  find("company").textContent = body.company_name || "";
  find("sign-out").addEventListener("click", async () => {
    await call("DELETE", "/session");
    leave();
  });
  find("more").addEventListener("click", () => addTickets(nextPage));
  onSend(find("reply"), () => "/tickets/" + shownNumber + "/replies", () => ({ text: find("answer").value }));
  onSend(find("new"), () => "/tickets", () => ({
    channel: find("channel").value, subject: find("subject").value, text: find("text").value,
  }));
  window.addEventListener("hashchange", route);
  await Promise.all([loadChannels(), route()]);
}

if (document.body.dataset.page === "sign-in") signInPage();
else ticketsPage();
