/* The auditor's trial: begun from here, and while it runs, what was done and what was refused. */
import { useState } from 'preact/hooks';
import type { Deed, Place, TrialRole } from '../api/trial';
import { beginTrial, PLACES_OF, readTrial, TRIAL_ROLES } from '../api/trial';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { goTo, hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { Choice } from '../part/field';
import { Forbidden } from '../part/forbidden';
import { isRefusal, OutcomeMark } from '../part/outcome';
import { PagesView } from '../part/pages';
import { fieldMessages, SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useLedgerWords } from '../word/ledger';
import { useWords } from '../word/word';
import '../style/ledger.css';

function Begin() {
  const { words, language } = useWords();
  const { say } = useLedgerWords();
  const { client, renew } = useSession();
  const own = say.trial;
  const [role, setRole] = useState<TrialRole>('staff');
  const [wanted, setPlace] = useState<Place>('a');
  const { busy, problem, send } = useSending();
  const places = PLACES_OF[role];
  const place = places.find((one) => one === wanted) ?? places[0] ?? null;
  const said = fieldMessages(problem, words, language);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    await send(async () => {
      await client(beginTrial(role, place));
      goTo({ page: 'home' });
      await renew();
    });
  };

  return (
    <form class="form trial-form" noValidate onSubmit={submit}>
      <Choice
        label={own.role}
        name="role"
        options={TRIAL_ROLES.map((value) => ({ value, label: words.roles[value] }))}
        value={role}
        error={said['role']}
        onValue={setRole}
      >
        <p class="hint">{own.roles[role]}</p>
      </Choice>
      {place && (
        <Choice
          label={own.place}
          name="place"
          options={places.map((value) => ({ value, label: own.places[value] }))}
          value={place}
          error={said['facility']}
          onValue={setPlace}
        >
          {own.placeHints[place] !== '' && <p class="hint">{own.placeHints[place]}</p>}
        </Choice>
      )}
      <ul class="says">
        {own.rules.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {problem && <SendProblem problem={problem} />}
      <div>
        <Button look="filled" type="submit" busy={busy}>
          {own.begin}
        </Button>
      </div>
    </form>
  );
}

function Deeds({ of: deeds }: { readonly of: readonly Deed[] }) {
  const { say, told, language } = useLedgerWords();
  const { columns } = say.trial;
  return (
    <table class="table event-table">
      <thead>
        <tr>
          <th scope="col">{columns.time}</th>
          <th scope="col">{columns.operation}</th>
          <th scope="col">{columns.outcome}</th>
          <th scope="col">{columns.rule}</th>
        </tr>
      </thead>
      <tbody>
        {deeds.map((deed, index) => (
          <tr key={`${deed.time} ${deed.operation} ${deeds.length - index}`}>
            <td data-label={columns.time} class="nowrap">
              {writeInstant(deed.time, language)}
            </td>
            <td data-label={columns.operation}>
              <span>
                {told(deed.title)}
                <code class="fine">{deed.operation}</code>
              </span>
            </td>
            <td data-label={columns.outcome} class="nowrap">
              <OutcomeMark status={deed.outcome} />
            </td>
            <td data-label={columns.rule}>{deed.rule ? <code class="fine">{deed.rule}</code> : '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function List() {
  const { say } = useLedgerWords();
  const words = say.trial;
  const [pages, more] = usePages(readTrial);
  const [only, setOnly] = useState(false);
  return (
    <PagesView of={pages} more={more} moreLabel={words.more} empty={words.empty}>
      {(items) => {
        const shown = only ? items.filter(({ outcome }) => isRefusal(outcome)) : items;
        return (
          <>
            <label class="check">
              <input type="checkbox" name="only" checked={only} onChange={(event) => setOnly(event.currentTarget.checked)} />
              <span>{words.onlyRefused}</span>
            </label>
            {shown.length === 0 ? <p class="empty">{words.noneRefused}</p> : <Deeds of={shown} />}
          </>
        );
      }}
    </PagesView>
  );
}

function Running({ since }: { readonly since: string }) {
  const { say, language } = useLedgerWords();
  const words = say.trial;
  const [turn, setTurn] = useState(0);
  const again = () => setTurn((before) => before + 1);
  return (
    <div class="event-page">
      <p>
        {words.since(writeInstant(since, language))}{' '}
        <a class="button button-quiet" href={hrefOf({ page: 'home' })}>
          <span>{words.home}</span>
        </a>
      </p>
      <Forbidden tried={again} />
      <section aria-labelledby="deeds-title">
        <h2 class="section-title" id="deeds-title">
          {words.list}
        </h2>
        <p class="soft">{words.listLead}</p>
        <p>
          <Button icon="refresh" onClick={again}>
            {words.refresh}
          </Button>
        </p>
        <List key={turn} />
      </section>
    </div>
  );
}

export function TrialPage() {
  const { say } = useLedgerWords();
  const { me } = useSession();
  const words = say.trial;
  return (
    <>
      <Title text={me.trial ? words.inTitle : words.title} />
      {me.trial ? (
        <Running since={me.trial.since} />
      ) : (
        <>
          <p class="lead">{words.lead}</p>
          <Begin />
        </>
      )}
    </>
  );
}
