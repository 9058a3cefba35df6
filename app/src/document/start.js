// Starts the program in a page that the server drew. The page works without it, so whatever goes wrong here
// leaves a page that can be read and whose forms are sent; one more try, then a line says that it stays so.
(async (js, wasm) => {
  const LAST = "rapport-start";
  // A second failure this soon after a reload, in milliseconds: another reload would not help.
  const SOON = 20000;
  const page = document.documentElement;
  const root = document.getElementById("app");

  // The kinds and names of all nodes, as a number. server/src/http/shape.rs computes the same.
  const shapeOf = (root) => {
    let hash = 0;
    const add = (text) => {
      for (const c of text) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) | 0;
    };
    const walk = (node) => {
      for (const child of node.childNodes) {
        if (child.nodeType === 1) {
          add(`${child.localName.toLowerCase()}>`);
          walk(child);
          add("/");
        } else add(child.nodeType === 3 ? "t" : "c");
      }
    };
    walk(root);
    return String(hash >>> 0);
  };

  const stayPlain = () => {
    delete page.dataset.live;
    page.dataset.plain = "";
    document.getElementById("plain").hidden = false;
  };

  // Loads the page again, for the files of an older release are gone, or its program has ended. Not while the
  // server does not answer: the browser would put a page of its own here.
  let failed = false;
  // Firefox ends the requests of a page as soon as somebody leaves it: that is no failure.
  const leave = () => (failed = true);
  const fail = async () => {
    if (failed) return;
    failed = true;
    delete page.dataset.live;
    const last = Number(sessionStorage.getItem(LAST) ?? 0);
    const answers = await fetch("/healthz").then((answer) => answer.ok, () => false);
    if (!answers) return stayPlain();
    sessionStorage.setItem(LAST, String(Date.now()));
    if (Date.now() - last < SOON) sessionStorage.setItem("rapport-plain", "1");
    location.reload();
  };

  try {
    if (sessionStorage.getItem("rapport-plain")) {
      sessionStorage.removeItem("rapport-plain");
      return stayPlain();
    }
    // A trap ends the program, though the page still looks alive.
    addEventListener("beforeunload", leave);
    const trapped = (error) => {
      if (error instanceof WebAssembly.RuntimeError) fail();
    };
    addEventListener("error", (event) => trapped(event.error));
    addEventListener("unhandledrejection", (event) => trapped(event.reason));
    const program = await import(js);
    await program.default({ module_or_path: wasm });
    await program.prepare();
    // What extensions, translators and proxies changed cannot be taken over: it is drawn anew.
    if (root.dataset.shape && root.dataset.shape !== shapeOf(root)) {
      root.replaceChildren();
      program.mount(root);
    } else await program.hydrate(root);
    removeEventListener("beforeunload", leave);
  } catch (error) {
    console.warn("The program could not be started.", error);
    fail();
  }
})
