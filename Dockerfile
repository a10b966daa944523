# The product with the default base model, as one image: docker build -t chatbot .
FROM python:3.11-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/chatbot \
 && /opt/chatbot/bin/pip install --no-cache-dir -c .ci/constraints.txt torch==2.13.0 \
 && /opt/chatbot/bin/pip install --no-cache-dir -c .ci/constraints.txt . \
 && /opt/chatbot/bin/chatbot base install auto

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /home/chatbot --create-home chatbot && install -d -o chatbot /state
COPY --from=build /opt/chatbot /opt/chatbot
ENV PATH=/opt/chatbot/bin:$PATH CHATBOT_HOME=/state CHATBOT_HOST=0.0.0.0
USER chatbot
WORKDIR /home/chatbot
VOLUME /state
EXPOSE 7860
HEALTHCHECK --start-period=5m CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz')"
ENTRYPOINT ["chatbot-serve"]
