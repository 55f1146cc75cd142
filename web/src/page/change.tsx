/* One change by itself. */
import { useState } from 'preact/hooks';
import { readChange } from '../api/changes';
import type { Change } from '../api/changes';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { Back } from '../part/back';
import { ChangeBody, ChangeMark, useChangeTitle } from '../part/change';
import { Notice } from '../part/notice';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

function Shown({ of: change, again }: { readonly of: Change; readonly again: () => void }) {
  const [told, setTold] = useState<string | null>(null);
  const title = useChangeTitle()(change);
  return (
    <>
      <Title text={title} />
      <p>
        <ChangeMark state={change.state} />
      </p>
      {told && <Notice tone="success" title={told} />}
      <div class="panel change">
        <ChangeBody
          change={change}
          decided={(what) => {
            setTold(what);
            again();
          }}
        />
      </div>
    </>
  );
}

export function ChangePage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  const [change, again] = useRemote(readChange(id));
  useReturn(again);
  return (
    <>
      <Back to={{ page: 'changes' }} label={say.changes.back} />
      <RemoteView of={change} again={again}>
        {(value) => <Shown of={value} again={again} />}
      </RemoteView>
    </>
  );
}
