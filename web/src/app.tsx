/*
 * The page as a whole: who is there, and which screen that person sees.
 *
 *   asking ──▶ out ──sign-in──▶ in ──sign-out, or a 401──▶ out
 *      └─────▶ in                 asking ──no answer──▶ failed ──again──▶ asking
 */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useErrorBoundary, useMemo, useRef, useState } from 'preact/hooks';
import { readMe, signOut } from './api/calls';
import { createClient } from './api/client';
import type { Me, Role } from './api/model';
import type { Problem } from './api/problem';
import { problemOf, silent } from './api/problem';
import type { Route } from './base/route';
import { goTo, useRoute } from './base/route';
import { SessionContext } from './base/session';
import { AbsencePage } from './page/absence';
import { BoardPage } from './page/board';
import { EventsPage } from './page/events';
import { FacilitiesPage } from './page/facilities';
import { GuardianHome } from './page/guardian-home';
import { NothingHere } from './page/nothing-here';
import { SignIn } from './page/sign-in';
import type { Arrival } from './page/sign-in';
import type { Tab } from './part/frame';
import { Frame } from './part/frame';
import { ProblemNotice } from './part/problem';
import { Loading } from './part/remote';
import type { Language } from './word/language';
import { storedLanguage, storeLanguage } from './word/language';
import { Speaking, useWords } from './word/word';
import type { Words } from './word/ja';

type Stage =
  | { readonly stage: 'asking' }
  | { readonly stage: 'failed'; readonly problem: Problem }
  | { readonly stage: 'out'; readonly arrival: Arrival }
  | { readonly stage: 'in'; readonly me: Me };

interface Screen {
  readonly view: ComponentChildren;
  readonly wide: boolean;
}

type Desk = 'family' | 'class' | 'city' | 'none';

const DESKS: Record<Role, Desk> = {
  guardian: 'family',
  staff: 'class',
  principal: 'class',
  officer: 'city',
  'officer-admin': 'city',
  auditor: 'city',
  service: 'none',
  operator: 'none',
  'operator-admin': 'none',
};

/* What each desk shows for an address; an address of another desk shows one's own first screen. The server decides access. */
const SCREENS: Record<Desk, (route: Route, me: Me) => Screen> = {
  family: (route) =>
    route.page === 'absence'
      ? { view: <AbsencePage key={`${route.child} ${route.kind}`} child={route.child} kind={route.kind} />, wide: false }
      : { view: <GuardianHome />, wide: false },
  class: (route) => {
    const { facility, date } = route.page === 'board' ? route : { facility: null, date: null };
    return { view: <BoardPage facility={facility} date={date} />, wide: true };
  },
  city: (route) =>
    route.page === 'events' ? { view: <EventsPage />, wide: true } : { view: <FacilitiesPage />, wide: true },
  none: (_route, me) => ({ view: <NothingHere role={me.role} />, wide: false }),
};

function tabsOf(desk: Desk, route: Route, words: Words): readonly Tab[] {
  if (desk !== 'city') return [];
  const events = route.page === 'events';
  return [
    { route: { page: 'home' }, label: words.nav.facilities, current: !events },
    { route: { page: 'events' }, label: words.nav.events, current: events },
  ];
}

function Inside({ me }: { readonly me: Me }) {
  const { words } = useWords();
  const route = useRoute();
  const desk = DESKS[me.role];
  const { view, wide } = SCREENS[desk](route, me);
  return (
    <Frame tabs={tabsOf(desk, route, words)} wide={wide}>
      {view}
    </Frame>
  );
}

function Page({ stage, children }: { readonly stage: Stage; readonly children: ComponentChildren }) {
  const { language } = useWords();
  const [broken, mend] = useErrorBoundary();
  if (broken) {
    return (
      <main class="main">
        <ProblemNotice problem={silent('malformed', language)} again={mend} />
      </main>
    );
  }
  return <div data-stage={stage.stage}>{children}</div>;
}

export function App() {
  const [language, setLanguage] = useState<Language>(storedLanguage);
  const [stage, setStage] = useState<Stage>({ stage: 'asking' });
  const spoken = useRef(language);
  spoken.current = language;

  /* The server has forgotten the session. Before sign-in that is no news. */
  const forgotten = useCallback((unwritten: boolean) => {
    const arrival = unwritten ? 'unwritten' : 'ended';
    setStage((before) => (before.stage === 'in' ? { stage: 'out', arrival } : before));
  }, []);
  const client = useMemo(() => createClient(() => spoken.current, forgotten), [forgotten]);

  const enter = useCallback(async () => {
    setStage({ stage: 'in', me: await client(readMe()) });
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

  const leave = useCallback(async () => {
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
    goTo({ page: 'home' });
    setStage({ stage: 'out', arrival: 'left' });
  }, [client]);

  const speak = useCallback((next: Language) => {
    storeLanguage(next);
    setLanguage(next);
  }, []);

  const session = useMemo(() => (stage.stage === 'in' ? { client, me: stage.me, leave } : null), [client, leave, stage]);

  return (
    <Speaking language={language} speak={speak}>
      <Page stage={stage}>
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
        {stage.stage === 'out' && <SignIn client={client} arrival={stage.arrival} signedIn={enter} />}
        {stage.stage === 'in' && session && (
          <SessionContext.Provider value={session}>
            <Inside me={stage.me} />
          </SessionContext.Provider>
        )}
      </Page>
    </Speaking>
  );
}
