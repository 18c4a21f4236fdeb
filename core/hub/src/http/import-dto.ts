import type { ImportPreview, ImportRecord, NoteCount, SeriesSummary, UploadedFile } from "../imports/types.js";
import type { ImportDto, ImportPreviewDto, UploadDto } from "./dto.js";

type NoteDto = ImportDto["notes"][number];

const noteDto = ({ note, count, line }: NoteCount): NoteDto => ({
  note: textDto(note),
  count,
  ...(line === undefined ? {} : { line }),
});

const textDto = ({ key, params }: NoteCount["note"]): NoteDto["note"] =>
  params ? { key, params: { ...params } } : { key };

const summaryDto = <T extends SeriesSummary>(series: T) => ({
  ...series,
  range: { ...series.range },
  months: series.months.map((month) => ({ ...month })),
});

/** A file that waits for a decision, as the API shows it. */
export const uploadDto = ({ formats, ...upload }: UploadedFile): UploadDto => ({
  ...upload,
  formats: formats.map(({ title, extensions, suggested, ...format }) => ({
    ...format,
    title: textDto(title),
    extensions: [...extensions],
    suggested: { ...suggested },
  })),
});

/** A file as it would be imported, as the API shows it. */
export const previewDto = ({ id, format, series, notes, conflicts }: ImportPreview): ImportPreviewDto => ({
  id,
  format,
  series: series.map(summaryDto),
  notes: notes.map(noteDto),
  conflicts: conflicts.map((conflict) => ({ ...conflict })),
});

/** An import, as the API shows it. */
export const importDto = ({ circuits, notes, ...record }: ImportRecord): ImportDto => ({
  ...record,
  circuits: circuits.map(summaryDto),
  notes: notes.map(noteDto),
});
