"""Ask a running server with OpenAI's own client; the reply is printed as it is written.

    pip install openai
    python examples/client/with_openai.py "What does express delivery cost?" [--url URL] [--key KEY]

A key is needed once the installation has one (`python -m chatbot key add NAME`).
"""

import argparse

from openai import OpenAI


def main() -> None:
    """Print the reply to the question on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("question")
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--key", default="none")
    given = parser.parse_args()
    with (
        OpenAI(base_url=f"{given.url}/v1", api_key=given.key) as client,
        client.chat.completions.create(
            model="champion", messages=[{"role": "user", "content": given.question}], stream=True
        ) as chunks,
    ):
        for chunk in chunks:
            print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
