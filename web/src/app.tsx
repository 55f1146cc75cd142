/*
 * The page as a whole: who is there, and which screen that person sees.
 *
 *   asking ──▶ out ──sign-in──▶ in ──sign-out, or a 401──▶ out
 *      ├─────▶ in ──▶ enrol     asking ──no answer──▶ failed ──again──▶ asking
 *      └─────▶ enrol ──second factor set up──▶ in
 *
 * A locked session is no stage: what was on the screen stays behind the lock, unseen, with everything typed into it.
 */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useErrorBoundary, useMemo, useRef, useState } from 'preact/hooks';
import { createClient } from './api/client';
import type { Me } from './api/model';
import { lock, readMe, readOperations, signOut } from './api/own';
import type { Problem } from './api/problem';
import { problemOf, silent, unheard } from './api/problem';
import { useAsks } from './base/ask';
import { useIdle } from './base/idle';
import { offerOffline } from './base/offline';
import { outbox } from './base/outbox';
import { goTo, useRoute } from './base/route';
import type { Session } from './base/session';
import { SessionContext } from './base/session';
import { takeToken } from './base/token';
import { FirstFactor } from './page/first-factor';
import { Forgotten } from './page/forgotten';
import { InvitationPage } from './page/invitation';
import { SignIn } from './page/sign-in';
import type { Arrival } from './page/sign-in';
import { Tablet } from './page/tablet';
import { Unlock } from './page/unlock';
import { Confirm } from './part/confirm';
import { Discard } from './part/discard';
import { Frame } from './part/frame';
import { later } from './part/later';
import { ProblemNotice } from './part/problem';
import { Loading } from './part/remote';
import { StepUp } from './part/step-up';
import { show } from './screen/screens';
import type { Language } from './word/language';
import { storedLanguage, storeLanguage } from './word/language';
import { Speaking, useWords } from './word/word';

type Stage =
  | { readonly stage: 'asking' }
  | { readonly stage: 'failed'; readonly problem: Problem }
  | { readonly stage: 'out'; readonly arrival: Arrival; readonly login?: string | null }
  | { readonly stage: 'enrol' }
  | { readonly stage: 'in'; readonly me: Me; readonly operations: ReadonlySet<string> };

const HeldPage = later(async () => (await import('./page/held')).HeldPage);
const TermsPage = later(async () => (await import('./page/terms')).TermsPage);

const FLUSH_MS = 4_000;

const unsent = (): number => outbox.entries().filter(({ state }) => state !== 'sent').length;

function Inside({ session }: { readonly session: Session }) {
  const { words } = useWords();
  const route = useRoute();
  const { me, operations } = session;
  const { view, wide, tabs } = show(route, me, operations, words);
  useIdle(session);
  return (
    <Frame tabs={tabs} wide={wide}>
      {view}
    </Frame>
  );
}

interface OutsideProps {
  readonly client: Session['client'];
  readonly arrival: Arrival;
  readonly login: string | null;
  readonly signedIn: () => Promise<void>;
}

function Outside({ client, arrival, login, signedIn }: OutsideProps) {
  const route = useRoute();
  if (route.page === 'terms') return <TermsPage client={client} />;
  if (route.page === 'forgotten') return <Forgotten client={client} />;
  return <SignIn client={client} arrival={arrival} known={login} signedIn={signedIn} />;
}

function Page({ stage, children }: { readonly stage: string; readonly children: ComponentChildren }) {
  const { language } = useWords();
  const [broken, mend] = useErrorBoundary();
  if (broken) {
    return (
      <main class="main">
        <ProblemNotice problem={silent('malformed', language)} again={mend} />
      </main>
    );
  }
  return <div data-stage={stage}>{children}</div>;
}

export function App() {
  const [language, setLanguage] = useState<Language>(storedLanguage);
  const [stage, setStage] = useState<Stage>({ stage: 'asking' });
  const [token, setToken] = useState(takeToken);
  const [asked, asks] = useAsks();
  const [alone, setAlone] = useState(false); /* only the screen is locked: the server has not heard of it */
  const route = useRoute();
  const spoken = useRef(language);
  spoken.current = language;

  /* The server has forgotten the session. Before sign-in that is no news. */
  const forgotten = useCallback(
    (unwritten: boolean) => {
      const arrival = unwritten ? 'unwritten' : 'ended';
      asks.drop();
      setStage((before) => (before.stage === 'in' || before.stage === 'enrol' ? { stage: 'out', arrival } : before));
    },
    [asks],
  );
  const client = useMemo(
    () =>
      createClient({
        language: () => spoken.current,
        ended: forgotten,
        unlock: asks.unlock,
        prove: asks.prove,
        confirm: asks.confirm,
        enrol: () => setStage({ stage: 'enrol' }),
        held: () =>
          setStage((before) => (before.stage === 'in' ? { ...before, me: { ...before.me, held: true } } : before)),
      }),
    [asks, forgotten],
  );

  const enter = useCallback(async () => {
    const me = await client(readMe());
    if (me.second_factor === 'required') {
      setStage({ stage: 'enrol' });
      return;
    }
    const { operations } = await client(readOperations());
    setStage({ stage: 'in', me, operations: new Set(operations) });
  }, [client]);

  const ask = useCallback(() => {
    setStage({ stage: 'asking' });
    enter().catch((error: unknown) => {
      const problem = problemOf(error, spoken.current);
      setStage(problem.status === 401 ? { stage: 'out', arrival: 'first' } : { stage: 'failed', problem });
    });
  }, [enter]);
  useEffect(ask, [ask]);

  /* A page the browser kept, shown again by its back button: whoever looks at it now may be another person. */
  useEffect(() => {
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) ask();
    };
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, [ask]);

  /* A link opened in a page that is already there. */
  useEffect(() => {
    const moved = () => setToken((before) => takeToken() ?? before);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);

  /* The line may be back by now; if not, the person decides about what is lost. */
  const mayLeave = useCallback(async () => {
    if (unsent() > 0) await Promise.race([outbox.flush(), new Promise((wait) => setTimeout(wait, FLUSH_MS))]);
    return unsent() === 0 || asks.discard(unsent());
  }, [asks]);

  const leave = useCallback(async () => {
    if (!(await mayLeave())) return;
    try {
      await client(signOut());
    } catch (error) {
      const problem = problemOf(error, spoken.current);
      if (problem.status !== 401) {
        setStage({ stage: 'failed', problem }); /* still signed in: say so rather than pretend */
        return;
      }
    }
    storeLanguage(spoken.current); /* the server has just cleared what the device kept */
    asks.drop();
    outbox.close();
    await outbox.clear();
    void offerOffline();
    goTo({ page: 'home' });
    setStage({ stage: 'out', arrival: 'left' });
  }, [asks, client, mayLeave]);

  /* The letter's link has done its work. Whoever else was signed in here gives way to its owner. */
  const accepted = useCallback(
    async (login: string | null) => {
      if (login !== null) await client(signOut()).catch(() => undefined);
      setToken(null);
      if (login === null) ask();
      else setStage({ stage: 'out', arrival: 'accepted', login });
    },
    [ask, client],
  );

  /* Without a line the screen locks by itself, and the session as soon as somebody wants in again. */
  const lockNow = useCallback(async () => {
    try {
      await client(lock());
    } catch (error) {
      if (!unheard(problemOf(error, spoken.current))) throw error;
      setAlone(true);
      void asks.unlock().finally(() => setAlone(false));
      return;
    }
    await enter();
  }, [asks, client, enter]);

  const speak = useCallback((next: Language) => {
    storeLanguage(next);
    setLanguage(next);
  }, []);

  const session = useMemo<Session | null>(
    () =>
      stage.stage === 'in'
        ? { client, me: stage.me, operations: stage.operations, leave, renew: enter, lock: lockNow }
        : null,
    [client, enter, leave, lockNow, stage],
  );

  const account = stage.stage === 'in' && !stage.me.held ? stage.me.account : null;
  useEffect(() => {
    if (account === null) {
      outbox.close();
      return;
    }
    const stopped = () => void enter().catch(() => undefined); /* leads to the sign-in, or to the lock */
    outbox.open({ client, account, language: () => spoken.current, stopped });
  }, [account, client, enter]);

  const locked = asked.find(({ kind }) => kind === 'unlock');
  const question = locked ? undefined : asked[0];
  const away = token !== null || route.page === 'tablet';

  return (
    <Speaking language={language} speak={speak}>
      <Page stage={locked ? 'locked' : stage.stage}>
        {token && (
          <InvitationPage
            key={token}
            client={client}
            token={token}
            done={accepted}
          />
        )}
        {!token && route.page === 'tablet' && <Tablet client={client} />}
        {!away && locked?.kind === 'unlock' && (
          <Unlock
            client={client}
            name={stage.stage === 'in' ? stage.me.name : null}
            unlocked={alone}
            done={() => locked.answer(true)}
            ended={() => forgotten(false)}
            leave={leave}
          />
        )}
        <div hidden={away || locked !== undefined}>
          {stage.stage === 'asking' && (
            <main class="main">
              <Loading />
            </main>
          )}
          {stage.stage === 'failed' && (
            <main class="main">
              <ProblemNotice problem={stage.problem} again={ask} />
            </main>
          )}
          {stage.stage === 'out' && !away && (
            <Outside client={client} arrival={stage.arrival} login={stage.login ?? null} signedIn={enter} />
          )}
          {stage.stage === 'enrol' && !away && <FirstFactor client={client} done={ask} leave={leave} />}
          {session && (
            <SessionContext.Provider value={session}>
              {session.me.held ? <HeldPage /> : <Inside session={session} />}
            </SessionContext.Provider>
          )}
        </div>
        {question?.kind === 'prove' && (
          <StepUp
            client={client}
            code={stage.stage === 'in' && stage.me.second_factor === 'active'}
            done={question.answer}
          />
        )}
        {question?.kind === 'discard' && <Discard count={question.count} done={question.answer} />}
        {question?.kind === 'confirm' && <Confirm demand={question.demand} done={question.answer} />}
      </Page>
    </Speaking>
  );
}
