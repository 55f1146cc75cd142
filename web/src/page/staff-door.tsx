/*
 * The door's tablet: a reader types the card's code and Enter, or the camera sees it. The box keeps the focus, so that
 * the next child can be read at once.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Carded } from '../api/day';
import { sendCard } from '../api/day';
import { newKey } from '../api/client';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { writeClock } from '../base/day';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { Field } from '../part/field';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useWords } from '../word/word';

/* The same card held before the camera is read once. */
const SAME_MS = 5_000;
const LOOK_MS = 250;

interface Detector {
  readonly detect: (source: HTMLVideoElement) => Promise<readonly { readonly rawValue: string }[]>;
}
type DetectorClass = new (options: { readonly formats: readonly string[] }) => Detector;

function detectorClass(): DetectorClass | null {
  return 'BarcodeDetector' in globalThis ? (globalThis as unknown as { BarcodeDetector: DetectorClass }).BarcodeDetector : null;
}

interface CameraProps {
  readonly seen: (code: string) => void;
  readonly failed: () => void;
}

function Camera({ seen, failed }: CameraProps) {
  const box = useRef<HTMLVideoElement>(null);
  const heard = useRef({ seen, failed });
  heard.current = { seen, failed };
  useEffect(() => {
    const Detect = detectorClass();
    const video = box.current;
    if (!Detect || !video) {
      heard.current.failed();
      return undefined;
    }
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const detector = new Detect({ formats: ['qr_code'] });
    const look = async () => {
      const [found] = await detector.detect(video).catch(() => []);
      if (found) heard.current.seen(found.rawValue);
      if (!gone) timer = setTimeout(() => void look(), LOOK_MS);
    };
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'user' } })
      .then(async (given) => {
        stream = given;
        video.srcObject = given;
        await video.play();
        if (!gone) void look();
      })
      .catch(() => heard.current.failed())
      .finally(() => {
        if (gone) stream?.getTracks().forEach((track) => track.stop());
      });
    return () => {
      gone = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  return <video ref={box} class="door-video" muted playsInline aria-hidden="true" />;
}

type Shown = { readonly child: Carded } | { readonly problem: Problem } | null;

function Door({ facility }: { readonly facility: string }) {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.door;
  const [code, setCode] = useState('');
  const [shown, setShown] = useState<Shown>(null);
  const [camera, setCamera] = useState(false);
  const [blind, setBlind] = useState(false);
  const [count, setCount] = useState(0);
  const last = useRef({ code: '', at: 0 });
  const form = useRef<HTMLFormElement>(null);

  const keep = () => form.current?.querySelector('input')?.focus();
  useEffect(keep, [count]);

  const read = async (raw: string) => {
    const card = raw.trim();
    const now = Date.now();
    if (card === '' || (card === last.current.code && now - last.current.at < SAME_MS)) return;
    last.current = { code: card, at: now };
    try {
      setShown({ child: await client(sendCard(facility, card, newKey())) });
    } catch (error) {
      last.current = { code: '', at: 0 };
      setShown({ problem: problemOf(error, language) });
    }
    setCount((before) => before + 1);
  };

  return (
    <>
      <p>{say.hint}</p>
      <div class="door" role="status" aria-live="assertive">
        {shown === null && <p class="door-ready">{say.ready}</p>}
        {shown && 'child' in shown && (
          <div class={`door-child door-${shown.child.kind}`} key={count}>
            <p class="door-name">
              <Native>{shown.child.name}</Native>
            </p>
            <p class="door-what">
              {say[shown.child.kind]} <b>{writeClock(shown.child.at)}</b>
            </p>
            <p>{say.again}</p>
          </div>
        )}
        {shown &&
          'problem' in shown &&
          (shown.problem.status === 404 ? (
            <Notice tone="error" title={say.unknown}>
              <p>{say.unknownHint}</p>
            </Notice>
          ) : (
            <SendProblem problem={shown.problem} />
          ))}
      </div>
      <form
        ref={form}
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const typed = code;
          setCode('');
          void read(typed);
        }}
      >
        <Field
          label={say.box}
          name="card"
          value={code}
          onText={setCode}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          error={blind ? say.noCamera : undefined}
        />
      </form>
      {detectorClass() && (
        <p>
          <Button
            onClick={() => {
              setBlind(false);
              setCamera(!camera);
            }}
          >
            {camera ? say.stop : say.camera}
          </Button>
        </p>
      )}
      {camera && (
        <Camera
          seen={(found) => void read(found)}
          failed={() => {
            setCamera(false);
            setBlind(true);
          }}
        />
      )}
    </>
  );
}

export function DoorPage() {
  const { words } = useWords();
  const { me } = useSession();
  return (
    <>
      <Title text={words.door.title} />
      {me.facility ? <Door facility={me.facility.id} /> : <p class="empty">{words.board.noFacility}</p>}
    </>
  );
}
