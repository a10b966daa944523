#!/bin/sh
# Makes a pack of the texts in policies/ and of the past answers in answers.csv, and checks it:
#
#     sh examples/pack/make.sh my-library
#     CHATBOT_PACK=my-library CHATBOT_HOME=.my-library python app.py
set -eu
here=$(dirname "$0")
python -m chatbot pack new "$1" --articles "$here/policies" --answers "$here/answers.csv"
python -m chatbot pack check "$1"
