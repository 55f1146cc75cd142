/*
 * Nobody goes on without having accepted what must be accepted: its text, what changed in it, and the answer. Nor without
 * a task whose date is over, where that holds its person.
 */
import type { Announcement, AnnouncementStory } from '../api/announcements';
import { acceptAnnouncement, readAnnouncement, readCurrent } from '../api/announcements';
import { readMyTasks } from '../api/campaigns';
import { writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { AnnouncementText, Difference } from '../part/announcement';
import { Button } from '../part/button';
import { Gate } from '../part/gate';
import { Native } from '../part/name';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { TaskView } from '../part/task';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

const holding = ({ hold, accepted_at }: Announcement): boolean => hold && !accepted_at;

function Text({ of: story, left, accepted }: { readonly of: AnnouncementStory; readonly left: number; readonly accepted: () => Promise<void> }) {
  const { say, language } = useGovernWords();
  const { client } = useSession();
  const words = say.held;
  const { busy, problem, send } = useSending();
  const { digest } = story;
  return (
    <>
      <Title text={story.title}>
        <Native>{story.title}</Native>
      </Title>
      <p>{words.lead}</p>
      {left > 1 && <p class="soft">{words.left(left)}</p>}
      {story.effective_on && <p class="soft">{say.announcement.from(writeDay(story.effective_on, language))}</p>}
      {story.difference && (
        <section class="part-section" aria-labelledby="difference">
          <h2 class="section-title" id="difference">
            {say.announcement.difference}
          </h2>
          <Difference of={story.difference} />
        </section>
      )}
      <section class="part-section" aria-labelledby="text">
        <h2 class="section-title" id="text">
          {say.announcement.text}
        </h2>
        <AnnouncementText of={story} />
      </section>
      {problem && <SendProblem problem={problem} />}
      {digest && (
        <p class="acts">
          <Button
            look="filled"
            busy={busy}
            onClick={() =>
              void send(async () => {
                await client(acceptAnnouncement(story.id, story.edition, digest));
                await accepted();
              })
            }
          >
            {words.accept}
          </Button>
        </p>
      )}
    </>
  );
}

function One({ of: announcement, left, accepted }: { readonly of: Announcement; readonly left: number; readonly accepted: () => Promise<void> }) {
  const [story, again] = useRemote(readAnnouncement(announcement.id));
  return (
    <RemoteView of={story} again={again}>
      {(value) => <Text key={value.id} of={value} left={left} accepted={accepted} />}
    </RemoteView>
  );
}

/* What should have been done by a date that is over. */
function Overdue() {
  const { operations } = useSession();
  return operations.has('campaign-task.mine') ? <OverdueTask /> : <GoOn />;
}

function OverdueTask() {
  const { renew } = useSession();
  const [tasks, again] = useRemote(readMyTasks());
  return (
    <RemoteView of={tasks} again={again}>
      {({ items }) => {
        const task = items.find(({ held, state }) => held && state === 'open');
        return task ? <TaskView key={task.id} id={task.id} moved={() => void renew()} /> : <GoOn />;
      }}
    </RemoteView>
  );
}

function GoOn() {
  const { say } = useGovernWords();
  const { renew } = useSession();
  return (
    <>
      <Title text={say.held.done} />
      <p class="acts">
        <Button look="filled" onClick={() => void renew()}>
          {say.held.goOn}
        </Button>
      </p>
    </>
  );
}

export function HeldPage() {
  const { say } = useGovernWords();
  const { leave, renew } = useSession();
  const [current, again] = useRemote(readCurrent());
  const leaving = useSending();
  const accepted = async () => {
    await renew();
    again();
  };
  return (
    <div data-held>
      <Gate>
        <RemoteView of={current} again={again}>
          {({ items }) => {
            const left = items.filter(holding);
            const [first] = left;
            if (first) return <One key={first.id} of={first} left={left.length} accepted={accepted} />;
            return <Overdue />;
          }}
        </RemoteView>
        <Button look="quiet" busy={leaving.busy} onClick={() => void leaving.send(leave)}>
          {say.held.leave}
        </Button>
      </Gate>
    </div>
  );
}
