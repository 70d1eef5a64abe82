// Runs in the customer's browser on the card page of a merchant who charges through Stripe.
// Stripe's library (`Stripe`) draws the form in a frame of its own, asks the bank, and confirms.
(() => {
  const { stripeKey: key, currency, clientSecret, paymentMethod } = document.body.dataset;
  const stripe = window.Stripe(key);
  const cardForm = document.getElementById('card_form');
  const confirmForm = document.getElementById('confirm_form');
  const elements = stripe.elements({
    mode: 'setup',
    currency,
    paymentMethodTypes: ['card'],
    appearance: {
      theme: window.matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'stripe',
    },
  });

  const say = (form, text) => {
    form.querySelector('[role=alert]').textContent = text;
  };

  /** Runs the work once at a time, and shows what the bank or Stripe says against it. */
  const onSubmit = (form, work) => {
    form?.addEventListener('submit', async (event) => {
      event.preventDefault();
      const button = form.querySelector('button');
      button.disabled = true;
      say(form, '');
      const fault = await work().catch(
        () => 'This did not work. Check your connection and try again.',
      );
      if (fault === undefined) return form.submit();
      say(form, fault);
      button.disabled = false;
    });
  };

  const clientSecretOfCard = async () => {
    const response = await fetch(`${location.pathname}/card`, { method: 'POST' });
    if (response.status === 429) return undefined;
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()).client_secret;
  };

  elements.create('payment').mount('#card_fields');
  onSubmit(cardForm, async () => {
    const { error: incomplete } = await elements.submit();
    if (incomplete) return incomplete.message;
    const secret = await clientSecretOfCard();
    if (secret === undefined) return 'There were too many attempts. Please try again in an hour.';
    const { error, setupIntent } = await stripe.confirmSetup({
      elements,
      clientSecret: secret,
      confirmParams: { return_url: location.origin + location.pathname },
      redirect: 'if_required',
    });
    if (error) return error.message;
    cardForm.elements.namedItem('setup_intent').value = setupIntent.id;
  });
  onSubmit(confirmForm, async () => {
    const card = paymentMethod ? { payment_method: paymentMethod } : {};
    const { error } = await stripe.confirmCardPayment(clientSecret, card);
    return error?.message;
  });

  // Some banks ask on a page of their own, which leads back here.
  const entered = new URLSearchParams(location.search).get('setup_intent');
  if (entered) {
    cardForm.elements.namedItem('setup_intent').value = entered;
    cardForm.submit();
  }
})();
