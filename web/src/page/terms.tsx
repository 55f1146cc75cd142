/* What anybody may read without an account: the terms in force, the destinations that terminals need, and the like. */
import { useEffect, useState } from 'preact/hooks';
import type { PublicText } from '../api/announcements';
import { readTerms } from '../api/announcements';
import type { Client } from '../api/client';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { writeDay } from '../base/day';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { AnnouncementText } from '../part/announcement';
import { Gate } from '../part/gate';
import { Native } from '../part/name';
import { ProblemNotice } from '../part/problem';
import { Loading } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

function One({ of: text }: { readonly of: PublicText }) {
  const { say, told, language } = useGovernWords();
  return (
    <article class="part-section" aria-labelledby={`text-${text.id}`}>
      <h2 class="section-title" id={`text-${text.id}`}>
        <Native>{text.title}</Native>
      </h2>
      <p class="soft">
        {text.kind.title && told(text.kind.title)} {say.record.editionOf(text.edition)}{' '}
        {text.effective_on && say.announcement.from(writeDay(text.effective_on, language))}
        {!text.in_force && <span class="row-mark">{say.terms.notYet}</span>}
      </p>
      <AnnouncementText of={text} />
    </article>
  );
}

function Texts({ client }: { readonly client: Client }) {
  const { say, language } = useGovernWords();
  const [texts, setTexts] = useState<readonly PublicText[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    setProblem(null);
    client({ ...readTerms(), signal: leaving.signal }).then(
      ({ items }) => setTexts(items),
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(problemOf(error, language));
      },
    );
    return () => leaving.abort();
  }, [client, turn]);
  if (problem) return <ProblemNotice problem={problem} again={() => setTurn(turn + 1)} />;
  if (!texts) return <Loading />;
  if (texts.length === 0) return <p class="empty">{say.terms.none}</p>;
  return (
    <>
      {texts.map((text) => (
        <One key={text.id} of={text} />
      ))}
    </>
  );
}

/* For whoever is in. */
export function TermsInside() {
  const { say } = useGovernWords();
  const { client } = useSession();
  return (
    <>
      <Title text={say.terms.title} />
      <Texts client={client} />
    </>
  );
}

export function TermsPage({ client }: { readonly client: Client }) {
  const { say } = useGovernWords();
  return (
    <Gate>
      <Title text={say.terms.title} />
      <Texts client={client} />
      <p>
        <a class="button button-quiet" href={hrefOf({ page: 'home' })}>
          {say.terms.back}
        </a>
      </p>
    </Gate>
  );
}
