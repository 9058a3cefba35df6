// Shows the place where a conversation opens before the program runs: see messages/start.rs. Once the font is here the
// same again, unless the reader has scrolled.
(() => {
const log = document.querySelector(".log[data-start]"), { start, top } = log?.dataset ?? {};
const row = start && (top.endsWith("%") && log.querySelector(".new") || log.querySelector(`[data-seq="${start}"]>.msg`));
if (!row) return;
const place = () => {
  const view = log.getBoundingClientRect(), box = row.getBoundingClientRect();
  const wanted = top === "center" ? (view.height - box.height) / 2
    : top.endsWith("%") ? view.height * parseFloat(top) / 100 : Number(top);
  log.scrollTop += box.top - view.top - wanted;
  return log.scrollTop;
};
const placed = place();
log.dataset.placed = "";
document.fonts.ready.then(() => { if (log.scrollTop === placed) place(); });
})()
