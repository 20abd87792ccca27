/* Whether the same conversation is open in another tab of this browser: the newer tab is told. */

/* Calls `onOther` when another tab already shows the conversation. Gives what ends the listening. */
export function watchTabs(conversation, onOther) {
  if (!("BroadcastChannel" in window)) return () => {};
  const channel = new BroadcastChannel(`neuvoluukku:${conversation}`);
  channel.addEventListener("message", ({ data }) => {
    if (data === "who") channel.postMessage("here");
    else if (data === "here") onOther();
  });
  channel.postMessage("who");
  return () => channel.close();
}
