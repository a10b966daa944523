"""The name of a browser, as people know it, from what it says of itself."""

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
UNKNOWN = "another program"
LONGEST_NAME = 40


def browser_of(user_agent: str) -> str:
    """Such as "Firefox on Linux"; a program that is no browser by the first word that it says."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if not browser:
        return user_agent.split("/")[0].strip()[:LONGEST_NAME] or UNKNOWN
    return f"{browser} on {system}" if system else browser
