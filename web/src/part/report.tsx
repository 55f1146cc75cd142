/* One report of absence, and the way to take it back while there is time. */
import { useState } from 'preact/hooks';
import type { Absence } from '../api/model';
import { withdrawAbsence } from '../api/family';
import { writeDay, writeInstant } from '../base/day';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from './button';
import { Dialog } from './dialog';
import { Area } from './field';
import { KindChip } from './kind';
import { Native } from './name';
import { SendProblem } from './problem';
import { useWords } from '../word/word';

interface Props {
  readonly child: string;
  readonly absence: Absence;
  readonly open: boolean; /* may it still be taken back? */
  readonly full?: boolean; /* with when and by whom */
  readonly changed: () => void;
}

export function Report({ child, absence, open, full = false, changed }: Props) {
  const { words, language } = useWords();
  const { client, me, operations } = useSession();
  const say = words.report;
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState(false);
  const { busy, problem, send, forget } = useSending();
  const withdrawn = absence.state === 'withdrawn';

  const close = () => {
    setAsking(false);
    forget();
  };
  /* Whoever takes back another's report says why. */
  const owes = me.role !== 'guardian';
  const withdraw = async () => {
    setChecked(true);
    if (owes && reason.trim() === '') return;
    if (!(await send(() => client(withdrawAbsence(child, absence.id, reason.trim() || null))))) return;
    setAsking(false);
    changed();
  };

  return (
    <li class={withdrawn ? 'report report-withdrawn' : 'report'}>
      <span class="report-day">{writeDay(absence.date, language)}</span>
      <KindChip kind={absence.kind} />
      {withdrawn && <span class="row-mark">{say.withdrawn}</span>}
      {absence.reason && (
        <span class="report-reason">
          <Native>{absence.reason}</Native>
        </span>
      )}
      {full && absence.reported_at && (
        <span class="report-reason">
          {absence.telephone ? say.byTelephone : null}
          {say.by(absence.reporter_name ?? '', writeInstant(absence.reported_at, language))}
        </span>
      )}
      {open && !withdrawn && operations.has('absence.withdraw') && (
        <Button look="quiet" onClick={() => setAsking(true)}>
          {say.withdraw}
          <span class="unseen">（{writeDay(absence.date, language)}）</span>
        </Button>
      )}
      {asking && (
        <Dialog title={say.ask(writeDay(absence.date, language), words.kinds[absence.kind])} close={close}>
          <div class="form">
            <p>{say.askHint}</p>
            {owes && (
              <Area
                label={words.pupil.why}
                name="reason"
                required
                rows={2}
                maxLength={200}
                value={reason}
                onText={setReason}
                error={checked && reason.trim() === '' ? words.pupil.needReason : undefined}
              />
            )}
            {problem && <SendProblem problem={problem} />}
            <div class="dialog-actions">
              <Button look="filled" busy={busy} onClick={withdraw}>
                {say.withdraw}
              </Button>
              <Button look="quiet" onClick={close}>
                {say.keep}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </li>
  );
}
