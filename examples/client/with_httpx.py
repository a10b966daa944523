"""Ask a running server over plain HTTP, ask back in the same talk, and like the last reply.

    pip install httpx
    python examples/client/with_httpx.py "What does express delivery cost?" "and to France?" [--url URL] [--key KEY]

The server keeps no talk for a client: each request holds what was said before. A key is needed once the installation
has one (`python -m chatbot key add NAME`).
"""

import argparse

import httpx


def main() -> None:
    """Print a reply to each question on the command line, then rate the last."""
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", nargs="+")
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--key")
    given = parser.parse_args()
    headers = {"Authorization": f"Bearer {given.key}"} if given.key else {}
    talk: list[dict[str, str]] = []
    with httpx.Client(base_url=f"{given.url}/v1", headers=headers, timeout=60) as client:
        for question in given.questions:
            talk.append({"role": "user", "content": question})
            response = client.post("/chat/completions", json={"model": "champion", "messages": talk})
            response.raise_for_status()
            reply = response.json()
            said = reply["choices"][0]["message"]["content"]
            talk.append({"role": "assistant", "content": said})
            print(f"> {question}\n{said}")
        client.post("/feedback", json={"id": reply["id"], "rating": "like"}).raise_for_status()


if __name__ == "__main__":
    main()
