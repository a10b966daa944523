"""The look of the chat page: a calm Gradio theme in the typeface of all pages, one stylesheet, what goes into `<head>`.

Nothing here is fetched from elsewhere; the content policy (`security_headers`) keeps the browser from doing so.
"""

from pathlib import Path

import gradio as gr
from gradio.themes.utils import colors, sizes

from chatbot.web.vendored import typeface_tags

FONT = ["Atkinson Hyperlegible Next", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Ubuntu", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
ACCENT = colors.Color(
    "#eef7f4",
    "#d8ece6",
    "#b3d9ce",
    "#86bfb0",
    "#5aa392",
    "#3d8676",
    "#2f6f62",
    "#275b51",
    "#214a43",
    "#1c3d38",
    "#0e2421",
)
SHADE = """
(() => {
  const wanted = () => { try { return localStorage.getItem("chatbot-shade"); } catch { return null; } };
  const apply = () => wanted() && document.body && document.body.classList.toggle("dark", wanted() === "dark");
  window.chooseShade = (dark) => { localStorage.setItem("chatbot-shade", dark ? "dark" : "light"); apply(); };
  const keep = () => {
    apply();
    new MutationObserver(() => {
      if (wanted() && document.body.classList.contains("dark") !== (wanted() === "dark")) apply();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", keep);
  else keep();
})();
"""
PAGE = """
body { --accent: #2f6f62; --fill: #2f6f62; --warn: #9a5b13; --danger: #b3372f; --quiet: var(--body-text-color-subdued);
  --line: var(--border-color-primary); --read: 46rem; -webkit-font-smoothing: antialiased; }
body.dark { --accent: #5fb3a1; --warn: #e0a458; --danger: #f0857d; }
footer { display: none !important; }
body .toast-wrap.toast-wrap { inset: auto 12px 112px auto; width: min(24rem, calc(100vw - 24px)); }
.main.fillable:has(#chat) { padding: 0 !important; max-width: none !important; }
"""
HEAD = f"""<meta name="color-scheme" content="light dark">
{typeface_tags()}
<style>{PAGE}</style>
<script>{SHADE}</script>"""
CSS = (Path(__file__).parent / "templates" / "theme.css").read_text(encoding="utf-8")


def chat_theme() -> gr.Theme:
    """The theme of all pages."""
    return gr.themes.Base(
        primary_hue=ACCENT,
        secondary_hue=ACCENT,
        neutral_hue=colors.slate,
        radius_size=sizes.radius_lg,
        font=FONT,
        font_mono=MONO,
    ).set(
        body_background_fill="#ffffff",
        body_background_fill_dark="#14181d",
        body_text_color="#1d2733",
        body_text_color_dark="#e4e9ef",
        body_text_color_subdued="#5d6875",
        body_text_color_subdued_dark="#98a4b1",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#14181d",
        background_fill_secondary="#f6f7f8",
        background_fill_secondary_dark="#1a1f25",
        border_color_primary="#e1e5ea",
        border_color_primary_dark="#2d353e",
        block_background_fill="#ffffff",
        block_background_fill_dark="#1a1f25",
        block_border_width="1px",
        block_shadow="none",
        block_label_text_color="#5d6875",
        block_label_text_color_dark="#98a4b1",
        input_background_fill="#ffffff",
        input_background_fill_dark="#1d232a",
        input_border_color="#cfd5dc",
        input_border_color_dark="#38424d",
        button_primary_background_fill="#2f6f62",
        button_primary_background_fill_hover="#275b51",
        button_primary_background_fill_dark="#3d8676",
        button_primary_background_fill_hover_dark="#347466",
        button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_hover="#f1f3f5",
        button_secondary_background_fill_dark="#20262d",
        button_secondary_background_fill_hover_dark="#29313a",
        button_secondary_border_color="#d5dae1",
        button_secondary_border_color_dark="#38424d",
        link_text_color="#2f6f62",
        link_text_color_dark="#6bb8a6",
        color_accent="#2f6f62",
        color_accent_soft="#eef7f4",
        color_accent_soft_dark="#1d302c",
    )
