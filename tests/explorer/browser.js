// Usage: node browser.js ADDRESS DIRECTORY
//
// Drives the page at ADDRESS in a headless Chromium, each scenario in a fresh context, and prints one
// JSON object {scenario: {seen, ...}} for the Python tests to judge. Pictures and the browser's profile
// go to DIRECTORY. A scenario that breaks off reports {error} and leaves a picture of the page as it was.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

const [address, directory] = process.argv.slice(2);
const WAIT_MILLISECONDS = 15000;
const SCENARIO_MILLISECONDS = 40000;
const TAB = '.graphiql-tab-button';
const HINT = '.CodeMirror-hints .CodeMirror-hint';
const DOCS = '.graphiql-doc-explorer';
const RUN = '.graphiql-execute-button';

const scenarios = {
  async first_visit(page) {
    const response = await open(page);
    await page.waitForSelector('.cm-property');
    await picture(page, 'first_visit');
    return {
      title: await page.title(),
      policy: response.headers()['content-security-policy'],
      tabs: await textsOf(page, TAB),
      colours: await coloursOf(page, '.graphiql-query-editor .CodeMirror-code span[class^=cm-]'),
      fonts: await page.evaluate(() => [...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)),
      heights: await page.$$eval('.graphiql-query-editor, .graphiql-response', (panes) => panes.map((pane) => pane.clientHeight)),
    };
  },

  async examples(page) {
    await open(page);
    const answers = {};
    for (const [index, name] of (await textsOf(page, TAB)).entries()) {
      await page.click(`#graphiql-session-tab-${index}`);
      await page.click(RUN);
      answers[name] = await answerOf(page);
      await picture(page, `example_${name}`);
    }
    return { answers, underlined: await page.$$eval('.CodeMirror-lint-mark-error', (marks) => marks.length) };
  },

  async typing(page) {
    await open(page);
    await page.click('.graphiql-tab-add');
    await page.click('.graphiql-query-editor .CodeMirror');
    await replaceQuery(page, '{ integer(value: 97) { isPrime } }');
    await page.click(RUN);
    return { answer: await answerOf(page), tabs: (await textsOf(page, TAB)).length };
  },

  async completion(page) {
    await open(page);
    await page.click('.graphiql-query-editor .CodeMirror');
    await replaceQuery(page, '{ int');
    await page.waitForSelector(HINT);
    const hints = await textsOf(page, HINT);
    await picture(page, 'completion');
    await page.keyboard.press('Enter');
    return { hints, completed: await queryOf(page) };
  },

  async documentation(page) {
    await open(page);
    await page.click('[aria-label="Show Documentation Explorer"]');
    await clickText(page, `${DOCS} a`, 'Query');
    await page.waitForFunction((docs) => document.querySelector(docs).textContent.includes('primeRange'), {}, DOCS);
    const ofQuery = await page.$eval(DOCS, (docs) => docs.innerText);
    await picture(page, 'documentation');
    await clickText(page, `${DOCS} a`, 'primeRange');
    await page.waitForFunction((docs) => document.querySelector(docs).textContent.includes('Arguments'), {}, DOCS);
    return { ofQuery, ofField: await page.$eval(DOCS, (docs) => docs.innerText) };
  },

  async mistake(page) {
    await open(page);
    await page.click('.graphiql-query-editor .CodeMirror');
    await replaceQuery(page, '{ integer(value: 97) { isPrim } }');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.CodeMirror-lint-mark-error');
    await page.click(RUN);
    const answer = await answerOf(page);
    await picture(page, 'mistake');
    return { answer };
  },

  async keyboard_only(page) {
    await open(page);
    for (let presses = 0; !(await isInQueryEditor(page)); presses += 1) {
      if (presses === 40) throw new Error('40 presses of Tab do not reach the query editor');
      await page.keyboard.press('Tab');
    }
    await replaceQuery(page, '{ nthPrime(n: 25) }');
    await chord(page, 'Control', 'Enter');
    return { answer: await answerOf(page) };
  },

  async second_visit(page) {
    await open(page);
    await page.click('.graphiql-query-editor .CodeMirror');
    await replaceQuery(page, 'query Mine { primeCount(x: 100) }');
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('Mine'));
    await page.click(RUN);
    const answer = await answerOf(page);
    await open(page);
    await page.click('[aria-label="Show History"]');
    await page.waitForSelector('.graphiql-history-item-label');
    await picture(page, 'second_visit');
    return {
      answer,
      tabs: await textsOf(page, TAB),
      query: await queryOf(page),
      history: await textsOf(page, '.graphiql-history-item-label'),
    };
  },

  async stopping(page) {
    await open(page);
    await page.setRequestInterception(true);
    // Never answered: as if the work took for ever.
    const asked = new Promise((resolve) => page.on('request', resolve));
    await page.click(RUN);
    await asked;
    await page.waitForSelector('.graphiql-spinner');
    const hungUp = new Promise((resolve) => page.on('requestfailed', resolve));
    await page.click(RUN);
    await hungUp;
    await page.waitForFunction(() => document.querySelector('.graphiql-spinner') === null);
    return {};
  },

  async broken_proxy(page) {
    await open(page);
    await page.setRequestInterception(true);
    page.on('request', (request) => request.respond({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
    await page.click(RUN);
    return { answer: await answerOf(page) };
  },

  async dark(page) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await open(page);
    await page.click(RUN);
    await answerOf(page);
    await picture(page, 'dark');
    return { background: await page.$eval('.graphiql-container', (container) => getComputedStyle(container).backgroundColor) };
  },
};

/** Open the page and wait until GraphiQL has read the schema: its introspection was answered. */
async function open(page) {
  const introspected = page.waitForResponse((response) => response.url().endsWith('/graphql'));
  const response = await page.goto(address, { waitUntil: 'load' });
  await introspected;
  await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
  await page.waitForNetworkIdle({ idleTime: 150 });
  return response;
}

const textsOf = (page, selector) => page.$$eval(selector, (found) => found.map((element) => element.textContent));

const coloursOf = (page, selector) =>
  page.$$eval(selector, (found) => [...new Set(found.map((element) => getComputedStyle(element).color))]);

const queryOf = (page) => page.$eval('.graphiql-query-editor .CodeMirror', (element) => element.CodeMirror.getValue());

const isInQueryEditor = (page) =>
  page.evaluate(() => document.activeElement.closest('.graphiql-query-editor .CodeMirror') !== null);

async function chord(page, modifier, key) {
  await page.keyboard.down(modifier);
  await page.keyboard.press(key);
  await page.keyboard.up(modifier);
}

async function replaceQuery(page, query) {
  await chord(page, 'Control', 'a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(query);
}

async function clickText(page, selector, text) {
  const element = await page.waitForFunction(
    (selector, text) => [...document.querySelectorAll(selector)].find((found) => found.textContent === text),
    {},
    selector,
    text,
  );
  await element.click();
}

/** Wait for the answer in the response pane and return it parsed. */
async function answerOf(page) {
  const answer = await page.waitForFunction(() => {
    const text = document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue();
    return document.querySelector('.graphiql-spinner') || text === '' ? null : text;
  });
  return JSON.parse(await answer.jsonValue());
}

const picture = (page, name) => page.screenshot({ path: join(directory, `${name}.png`) });

/** Note what must not happen on a page: requests elsewhere, refusals, failures, complaints. */
async function watch(page) {
  const seen = { hosts: new Set(), failures: [], complaints: [] };
  page.on('request', (request) => seen.hosts.add(new URL(request.url()).host));
  page.on('requestfailed', (request) => seen.failures.push(`${request.url()}: ${request.failure()?.errorText ?? 'refused'}`));
  page.on('response', (response) => {
    if (response.status() >= 400) seen.failures.push(`${response.url()}: ${response.status()}`);
  });
  page.on('pageerror', (error) => seen.complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warn', 'issue'].includes(message.type())) seen.complaints.push(`console: ${message.text()}`);
  });
  await page.exposeFunction('noteViolation', (text) => seen.complaints.push(`policy: ${text}`));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      window.noteViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  return seen;
}

async function tooLong() {
  await setTimeout(SCENARIO_MILLISECONDS, undefined, { ref: false });
  throw new Error(`not done after ${SCENARIO_MILLISECONDS} ms`);
}

async function run(browser, name) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MILLISECONDS);
  const seen = await watch(page);
  try {
    const outcome = await Promise.race([scenarios[name](page), tooLong()]);
    return { ...outcome, seen: { ...seen, hosts: [...seen.hosts] } };
  } catch (error) {
    await picture(page, `${name}_broken_off`);
    return { error: String(error.stack), seen: { ...seen, hosts: [...seen.hosts] } };
  } finally {
    await context.close();
  }
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  userDataDir: join(directory, 'profile'),
  // The browser ends with this process, whatever ends it.
  pipe: true,
  defaultViewport: { width: 1280, height: 800 },
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Whatever the page might ask of another host fails, and is seen to.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
});
try {
  const outcomes = {};
  for (const name of Object.keys(scenarios)) outcomes[name] = await run(browser, name);
  console.log(JSON.stringify(outcomes, null, 1));
} finally {
  await browser.close();
}
