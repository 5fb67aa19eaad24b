// The wire: every call to the provider and every webhook from it, newest first, secrets covered.
const POLL_MS = 800;
const SHOWN_MAX = 40;
const SECRET = /code|token|secret|password/i;

const element = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

function cover(body) {
  return Object.fromEntries(Object.entries(body ?? {}).map(([name, value]) => [name, SECRET.test(name) ? "••••••" : value]));
}

function line(request, way) {
  const isBad = request.status >= 400 || request.status === 0 || request.fault;
  const summary = element("summary", {},
    element("span", { className: "way", textContent: way === "in" ? "→ API" : "API →" }),
    element("span", { className: "what", textContent: request.operation + (request.fault ? ` (${request.fault})` : "") }),
    element("span", { className: isBad ? "status bad" : "status", textContent: request.status || "—" }));
  const text = `${request.method} ${request.path}\n${JSON.stringify(cover(request.body), null, 2)}`;
  return element("li", {}, element("details", {}, summary, element("pre", { textContent: text })));
}

export function watch(list) {
  let since = 0;
  const poll = async () => {
    try {
      const [requests, webhooks] = await Promise.all(["requests", "webhooks"].map(async (name) => {
        const answer = await fetch(`/sandbox/${name}?since=${since}`);
        return answer.ok ? answer.json() : [];
      }));
      const all = [...requests.map((r) => [r, "out"]), ...webhooks.map((r) => [r, "in"])];
      all.sort(([a], [b]) => a.seq - b.seq);
      for (const [request, way] of all) {
        since = Math.max(since, request.seq);
        list.prepend(line(request, way));
      }
      while (list.childElementCount > SHOWN_MAX) list.lastElementChild.remove();
    } catch {
      // The sandbox is being restarted; the next look will tell.
    }
    setTimeout(poll, POLL_MS);
  };
  poll();
}
