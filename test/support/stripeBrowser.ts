/**
 * Replaces Stripe's library in the browser: the calls that the card page makes, with a form in a
 * frame from the stand-in, which also shows the bank's question (3-D Secure).
 */
export const libraryText = `(() => {
  const origin = new URL(document.currentScript.src).origin;
  let frame;
  const ask = (question) =>
    new Promise((resolve) => {
      addEventListener('message', function hear(event) {
        if (event.origin !== origin || event.data.answers !== question.id) return;
        removeEventListener('message', hear);
        resolve(event.data);
      });
      frame.contentWindow.postMessage(question, origin);
    });
  let count = 0;
  window.Stripe = (key) => ({
    elements: () => ({
      create: () => ({
        mount(selector) {
          frame = document.createElement('iframe');
          frame.title = 'Card';
          frame.src = origin + '/frame?key=' + encodeURIComponent(key);
          document.querySelector(selector).append(frame);
        },
      }),
      submit: async () => ({}),
    }),
    confirmSetup: async ({ clientSecret }) =>
      ask({ id: ++count, what: 'setup', clientSecret }),
    confirmCardPayment: async (clientSecret, card = {}) =>
      ask({ id: ++count, what: 'payment', clientSecret, card: card.payment_method }),
  });
})();`;

/** The page in the frame, with the choice of a card and the bank's question. */
export const framePage = `<!doctype html>
<html lang="en"><head><title>Card</title></head><body>
<label>Card <select id="card">
<option>pm_visa</option><option>pm_mastercard</option><option>pm_authentication</option>
</select></label>
<div id="bank" hidden><p>Is it you?</p>
<button value="succeeds">Yes</button><button value="fails">No</button></div>
<script>
const bank = document.getElementById('bank');
const asked = () => new Promise((resolve) => {
  bank.hidden = false;
  bank.onclick = ({ target }) => {
    if (!target.value) return;
    bank.hidden = true;
    resolve(target.value);
  };
});
addEventListener('message', async ({ data, origin, source }) => {
  const card = data.what === 'setup' ? document.getElementById('card').value : data.card;
  const outcome = data.what === 'payment' || card === 'pm_authentication' ? await asked() : 'succeeds';
  const body = JSON.stringify({ ...data, card, outcome });
  const response = await fetch('/frame/confirm', { method: 'POST', body });
  source.postMessage({ answers: data.id, ...(await response.json()) }, origin);
});
</script></body></html>`;

/** The message that the frame sends when the customer has decided. */
export interface FrameChoice {
  readonly what: 'setup' | 'payment';
  readonly clientSecret: string;
  readonly card?: string;
  readonly outcome: 'succeeds' | 'fails';
}
