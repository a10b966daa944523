// Light or dark as somebody chose it on any of our pages, before the page is drawn.

(() => {
  const KEY = "chatbot-shade";
  const root = document.documentElement;
  const apply = () => {
    const wanted = localStorage.getItem(KEY);
    if (wanted) root.dataset.shade = wanted;
  };
  apply();
  addEventListener("storage", apply);
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-act=shade]")) return;
    const now = root.dataset.shade || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    localStorage.setItem(KEY, now === "dark" ? "light" : "dark");
    apply();
  });
})();
