/* Requests for which there is no button, and the server's answers as they are. */
import { useEffect, useState } from 'preact/hooks';
import type { Answer, Attempt, Known } from '../api/trial';
import { attempt, readKnown } from '../api/trial';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { remember, remembered, strangeId } from '../base/trying';
import type { LedgerWords } from '../word/ledger';
import { useLedgerWords } from '../word/ledger';
import { Button } from './button';
import { Field, Select } from './field';
import { OutcomeMark } from './outcome';
import { SendProblem } from './problem';

type Name = keyof LedgerWords['trial']['attempts'];

interface Kind {
  readonly about?: Known['kind'];
  readonly make: (id: string) => Attempt;
}

const get = (path: string): Attempt => ({ method: 'GET', path });
const post = (path: string): Attempt => ({ method: 'POST', path });

const KINDS: Record<Name, Kind> = {
  child: { about: 'child', make: (id) => get(`/v1/children/${id}`) },
  childHistory: { about: 'child', make: (id) => get(`/v1/children/${id}/history`) },
  move: { about: 'child', make: (id) => post(`/v1/children/${id}/move`) },
  board: { about: 'facility', make: (id) => get(`/v1/facilities/${id}/board`) },
  person: { about: 'account', make: (id) => get(`/v1/accounts/${id}`) },
  suspend: { about: 'account', make: (id) => post(`/v1/accounts/${id}/suspend`) },
  people: { make: () => get('/v1/accounts') },
  counts: { make: () => get('/v1/counts') },
  changes: { make: () => get('/v1/changes') },
  openFacility: { make: () => post('/v1/facilities') },
  issue: { make: () => post('/v1/accounts') },
  events: { make: () => get('/v1/events') },
  contract: { make: () => get('/v1/contract') },
  own: { make: get },
};

const NAMES = Object.keys(KINDS) as readonly Name[];
const ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const OWN = /^\/v1\/[\w\-./?&=%]{1,200}$/;
const ANSWERS_MAX = 20;
const LISTS: Record<Known['kind'], string> = { child: 'child.list', facility: 'facility.list', account: 'account.list' };

/* What this role may see is kept for the next one; said again when there is more. */
function useNumbers(): void {
  const { client, operations, me } = useSession();
  const { say } = useLedgerWords();
  const [, more] = useState(0);
  useEffect(() => {
    const place = me.facility?.name ?? say.trial.title;
    for (const kind of ['child', 'facility', 'account'] as const) {
      if (!operations.has(LISTS[kind])) continue;
      client(readKnown(kind)).then(
        (found) => {
          remember(found, place);
          more((before) => before + 1);
        },
        () => undefined, /* then there is nothing to choose from; ids can be typed */
      );
    }
  }, [client, operations, me]);
}

interface Given {
  readonly request: string;
  readonly answer: Answer;
}

function AnswerRow({ given: { request, answer } }: { readonly given: Given }) {
  const { say } = useLedgerWords();
  const words = say.trial;
  return (
    <li data-answer={answer.passed ? 'passed' : String(answer.problem.status)}>
      <p>
        <code>{request}</code>
      </p>
      <p>
        <OutcomeMark status={answer.passed ? 200 : answer.problem.status} />{' '}
        {answer.passed ? words.passed : words.refused(answer.problem.status)}
      </p>
      <p class="soft">
        {answer.passed ? words.passedHint : (answer.problem.title ?? words.noTitle)}
        {!answer.passed && answer.problem.slug !== '' && <code class="fine">{answer.problem.slug}</code>}
      </p>
    </li>
  );
}

interface NumberProps {
  readonly about: Known['kind'];
  readonly value: string;
  readonly error: string | undefined;
  readonly onText: (text: string) => void;
}

function NumberField({ about, value, error, onText }: NumberProps) {
  const { say } = useLedgerWords();
  const words = say.trial;
  const known = remembered(about).map(({ id, place }) => ({
    value: id,
    label: `${words.seenOf(words.kinds[about], place)}（${id.slice(0, 6)}…）`,
  }));
  const choices = [{ value: '', label: words.typed }, ...known, { value: 'strange', label: words.unseen }];
  return (
    <>
      <Select
        label={words.seen}
        name="seen"
        options={choices}
        value={choices.find((one) => one.value === value)?.value ?? ''}
        onValue={(chosen) => onText(chosen === 'strange' ? strangeId() : chosen)}
      />
      <Field
        label={words.id}
        hint={words.idHint}
        name="id"
        value={value}
        maxLength={26}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onText={(text) => onText(text.trim())}
        {...(error ? { error } : {})}
      />
    </>
  );
}

export function Forbidden({ tried }: { readonly tried: () => void }) {
  const { say } = useLedgerWords();
  const { client } = useSession();
  const words = say.trial;
  const [name, setName] = useState<Name>('child');
  const [id, setId] = useState('');
  const [own, setOwn] = useState('/v1/');
  const [wrong, setWrong] = useState(false);
  const [answers, setAnswers] = useState<readonly Given[]>([]);
  const { busy, problem, send } = useSending();
  useNumbers();
  const { about, make } = KINDS[name];

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const odd = about ? !ID.test(id) : name === 'own' && !OWN.test(own);
    setWrong(odd);
    if (odd) return;
    const wanted = make(name === 'own' ? own : id);
    await send(async () => {
      const answer = await attempt(client, wanted);
      setAnswers((before) => [{ request: `${wanted.method} ${wanted.path}`, answer }, ...before].slice(0, ANSWERS_MAX));
      tried();
    });
  };

  return (
    <section class="forbidden" aria-labelledby="forbidden-title">
      <h2 class="section-title" id="forbidden-title">
        {words.forbidden}
      </h2>
      <p>{words.forbiddenLead}</p>
      <form class="form panel" noValidate onSubmit={submit}>
        <Select
          label={words.what}
          name="attempt"
          options={NAMES.map((value) => ({ value, label: words.attempts[value] }))}
          value={name}
          onValue={(value) => {
            setName(value);
            setWrong(false);
          }}
        />
        {about && <NumberField about={about} value={id} error={wrong ? words.needId : undefined} onText={setId} />}
        {name === 'own' && (
          <Field
            label={words.own}
            hint={words.ownHint}
            name="own"
            value={own}
            maxLength={200}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            onText={setOwn}
            {...(wrong ? { error: words.badOwn } : {})}
          />
        )}
        <div>
          <Button look="filled" type="submit" busy={busy}>
            {words.send}
          </Button>
        </div>
      </form>
      {problem && <SendProblem problem={problem} />}
      <div aria-live="polite">
        {answers.length > 0 && (
          <>
            <h3 class="small-title">{words.answers}</h3>
            <ul class="things answers">
              {answers.map((given, index) => (
                <AnswerRow key={`${answers.length - index}`} given={given} />
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}
