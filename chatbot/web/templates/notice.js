// Words stay for some seconds, the same again as long; what no handler can say is said here.
const line = () => element.querySelector("p");
const restart = () => line().getAnimations().forEach((one) => { one.cancel(); one.play(); });
const refuse = (text) => { line().className = "notice wrong"; line().textContent = text; restart(); };
const ask = window.fetch;
window.fetch = async (...request) => {
  const answer = await ask(...request).catch((error) => {
    if (error.name !== "AbortError") refuse("The server does not answer: what you do now is not saved. Try again in a moment.");
    throw error;
  });
  if ([401, 403].includes(answer.status)) refuse((await answer.clone().json()).detail);
  if (answer.status >= 500) refuse("That went wrong, and nothing was saved: the server's log says why.");
  return answer;
};
watch("value", restart);
