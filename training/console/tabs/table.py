"""The one table of tabs, in their order."""

from training.console.tabs import gaps, knowledge, log, overview, people, playground, settings, training, versions
from training.console.tabs.tab import Tab

TABS = (
    Tab("overview", "Overview", overview.routes),
    Tab("gaps", "Gaps", gaps.routes),
    Tab("training", "Training", training.routes),
    Tab("versions", "Versions", versions.routes),
    Tab("playground", "Playground", playground.routes),
    Tab("knowledge", "Knowledge", knowledge.routes),
    Tab("people", "People", people.routes),
    Tab("settings", "Settings", settings.routes),
    Tab("log", "Log", log.routes),
)
