/* One check: what it tries, what it saw last, and how its result turned. */
import type { CheckStory, Turn } from '../api/proof';
import { readCheck, readControls } from '../api/proof';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { CheckFacts, EventLink, RunButton, Steps, Waits } from '../part/check';
import { PrintHead } from '../part/print-head';
import { RemoteView } from '../part/remote';
import { CheckMark } from '../part/standing';
import { Title } from '../part/title';
import { useProofWords } from '../word/proof';
import '../style/proof.css';

/* Which safeguard it belongs to, and which demands rest on it. */
function Belongs({ control: id }: { readonly control: string }) {
  const { say, told } = useProofWords();
  const { operations } = useSession();
  const [remote, again] = useRemote(readControls());
  return (
    <RemoteView of={remote} again={again}>
      {({ items }) => {
        const control = items.find((one) => one.id === id);
        if (!control) return null;
        return (
          <>
            <p>
              <span class="control-id">{control.id}</span> {told(control.title)}
            </p>
            <p>{told(control.statement)}</p>
            {control.requirements.length > 0 && (
              <>
                <h3 class="small-title">{say.check.requirements}</h3>
                <ul class="proof-links">
                  {control.requirements.map((requirement) => (
                    <li key={requirement}>
                      {operations.has('requirement.see') ? (
                        <a class="row-link" href={hrefOf({ page: 'requirement', requirement })}>
                          {requirement}
                        </a>
                      ) : (
                        requirement
                      )}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        );
      }}
    </RemoteView>
  );
}

function TurnPart({ turn }: { readonly turn: Turn }) {
  const { say, language } = useProofWords();
  const words = say.check;
  const { first_event: first, last_event: last } = turn;
  const index = last ?? first;
  const until = turn.until ? writeInstant(turn.until, language) : words.now;
  return (
    <li class="turn">
      <div class="turn-line">
        <CheckMark state={turn.state} />
        <span class="turn-when">{words.between(writeInstant(turn.since, language), until)}</span>
        <span>{words.ranTimes(turn.runs)}</span>
        {index !== null && (
          <span>
            <span class="soft">{words.events}</span> <EventLink index={index} label={words.eventsOf(first ?? index, index)} />
          </span>
        )}
      </div>
      {turn.steps.length > 0 && (
        <details class="explain">
          <summary>
            {words.details}
            <span class="unseen">（{until}）</span>
          </summary>
          <Steps of={turn.steps} caption={`${words.tried}（${until}）`} />
        </details>
      )}
    </li>
  );
}

function Turns({ of: turns }: { readonly of: readonly Turn[] }) {
  const { say } = useProofWords();
  const words = say.check;
  return (
    <section class="part-section" aria-labelledby="turns">
      <h2 class="section-title" id="turns">
        {words.turns}
      </h2>
      {turns.length === 0 ? (
        <p class="soft">{words.noTurns}</p>
      ) : (
        <>
          <p class="soft">{words.turnsHint}</p>
          <ul class="turn-list">
            {turns.map((turn) => (
              <TurnPart key={turn.since} turn={turn} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Shown({ of: check, again }: { readonly of: CheckStory; readonly again: () => void }) {
  const { say } = useProofWords();
  const { operations } = useSession();
  const words = say.check;
  return (
    <>
      <div class="check-now">
        <p class="verdict-line">
          <CheckMark state={check.state} />
        </p>
        <Waits check={check} />
        <CheckFacts check={check} />
        <RunButton check={check} ran={again} />
      </div>
      {check.state !== 'open' && (
        <section class="part-section" aria-labelledby="tried">
          <h2 class="section-title" id="tried">
            {words.tried}
          </h2>
          {check.steps.length > 0 ? (
            <Steps of={check.steps} caption={words.tried} />
          ) : (
            <p class="soft">{words.noSteps}</p>
          )}
        </section>
      )}
      <Turns of={check.turns} />
      <section class="part-section" aria-labelledby="control">
        <h2 class="section-title" id="control">
          {words.control}
        </h2>
        {operations.has('control.list') ? <Belongs control={check.control} /> : <p>{check.control}</p>}
        <details class="explain">
          <summary>{words.what}</summary>
          <p lang="en">{check.what}</p>
          <p>
            <code>{check.id}</code>
          </p>
        </details>
      </section>
    </>
  );
}

export function CheckPage({ check }: { readonly check: string }) {
  const { say } = useProofWords();
  const [story, again] = useRemote(readCheck(check));
  return (
    <>
      <PrintHead />
      <Back to={{ page: 'checks' }} label={say.checks.title} />
      <Title text={say.checkTitle(check)} />
      <RemoteView of={story} again={again}>
        {(value) => <Shown of={value} again={again} />}
      </RemoteView>
    </>
  );
}
