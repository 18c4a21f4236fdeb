import { stat } from "node:fs/promises";
import path from "node:path";
import { VatioError } from "@vatio/plugin-api";

const refused = (folder: string, why: string): VatioError =>
  new VatioError("E_BACKUP_FOLDER", `Backups cannot be kept in ${folder}: ${why}`, { details: { folder } });

const isInside = (inner: string, outer: string): boolean => {
  const way = path.relative(outer, inner);
  return way === "" || (!way.startsWith("..") && !path.isAbsolute(way));
};

/**
 * Checks a folder for backups. Beside `backups` in the data folder none may lie in it. One that a person chose must be there: a disk that is
 * not mounted would fill the one that it should be mounted on.
 * @throws E_BACKUP_FOLDER
 */
export async function requireTarget(folder: string, data: string): Promise<void> {
  if (!path.isAbsolute(folder)) throw refused(folder, "write the whole path, from the root.");
  const usual = path.join(data, "backups");
  if (path.resolve(folder) === path.resolve(usual)) return;
  if (isInside(path.resolve(folder), path.resolve(data)))
    throw refused(folder, `it lies in the data folder. Take ${usual}, or better a folder on another disk.`);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw refused(folder, "there is no such folder. Connect the disk, or make the folder.");
}

/** Whether two folders lie on one disk; true when nobody can tell. */
export async function isSameDisk(folder: string, data: string): Promise<boolean> {
  const device = (name: string): Promise<number | undefined> =>
    stat(name).then(
      ({ dev }) => dev,
      () => undefined,
    );
  const [one, other] = await Promise.all([device(folder), device(data)]);
  return one === undefined || other === undefined || one === other;
}
