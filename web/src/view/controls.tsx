export interface ChoiceProps<T extends string | number> {
  label: string;
  value: T;
  options: readonly {value: T; label: string; key?: string}[];
  onChoose: (value: T) => void;
  testId?: string;
}

/** A few choices side by side, one of them pressed. */
export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  return (
    <fieldset class="choice" aria-label={props.label} data-testid={props.testId}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === props.value}
          title={option.key === undefined ? undefined : `key ${option.key}`}
          onClick={() => props.onChoose(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
