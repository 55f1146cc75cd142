/* A button that asks for what an act needs, does it, and says what came of it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Look } from './button';
import { Button } from './button';
import { Dialog } from './dialog';
import { Form } from './form';
import type { FieldOf, Values } from './form';

interface Props {
  readonly label: string;
  readonly about?: string; /* whom or what, for whoever only listens */
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly fields: readonly FieldOf[];
  readonly submit: string;
  readonly look?: Look;
  readonly act: (values: Values, key: string) => Promise<unknown>;
}

export function Act({ label, about, title, lead, fields, submit, look = 'outlined', act }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)}>
        {label}
        {about && <span class="unseen">（{about}）</span>}
      </Button>
      {open && (
        <Dialog title={title} close={() => setOpen(false)}>
          <Form
            fields={fields}
            submit={submit}
            cancel={() => setOpen(false)}
            act={async (values, key) => {
              await act(values, key);
              setOpen(false);
            }}
          >
            {lead && <p>{lead}</p>}
          </Form>
        </Dialog>
      )}
    </>
  );
}
