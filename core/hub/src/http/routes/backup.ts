import { type Instant, Type } from "@vatio/plugin-api";
import type { BackupInfo, BackupStatus } from "../../backup/index.js";
import { defineRoute, type Route } from "../define-route.js";
import { BackupBody, BackupDto, BackupPassphraseBody, BackupsDto, SetupRestoreBody, SetupRestoredDto } from "../dto.js";
import type { RouteContext } from "../route-context.js";

const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false });

const backupDto = ({ missing, problems, ...rest }: BackupInfo): BackupDto => ({
  ...rest,
  missing: [...missing],
  problems: [...problems],
});

const statusDto = ({ backups, ...rest }: BackupStatus): BackupsDto => ({ ...rest, backups: backups.map(backupDto) });

const status = async (hub: RouteContext): Promise<BackupsDto> => statusDto(await hub.backups.status());

const backupsOfHub: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/backups",
    tag: "Backups",
    summary: "The backups, the schedule, and what is under way",
    description:
      "Settings `backup.enabled`, `backup.folder`, `backup.time` and `backup.keepDaily`, `…Weekly`, `…Monthly` change the schedule.",
    action: "administer",
    response: BackupsDto,
    errors: ["E_BACKUP_UNAVAILABLE"],
    handler: (_input, hub) => status(hub),
  }),
  defineRoute({
    method: "POST",
    path: "/backups",
    tag: "Backups",
    summary: "Begin a backup, and try it when it is made",
    description: "Answers at once; `GET /backups` tells how it goes. Into the folder of the settings, or another one.",
    action: "administer",
    body: BackupBody,
    response: BackupsDto,
    errors: ["E_BACKUP_UNAVAILABLE", "E_BACKUP_BUSY", "E_BACKUP_FOLDER"],
    handler: async ({ actor, body }, hub) => {
      await hub.backups.begin(actor, body.folder);
      return status(hub);
    },
  }),
  defineRoute({
    method: "PUT",
    path: "/backups/passphrase",
    tag: "Backups",
    summary: "Put the key of the secrets into the backups, sealed with a passphrase",
    description: "The passphrase is not kept: without it, or `secret.key`, a restored hub asks for the secrets again.",
    action: "administer",
    body: BackupPassphraseBody,
    errors: ["E_PASSPHRASE_WEAK"],
    handler: ({ actor, body }, hub) => hub.backups.setPassphrase(actor, body.passphrase),
  }),
  defineRoute({
    method: "DELETE",
    path: "/backups/passphrase",
    tag: "Backups",
    summary: "Leave the key of the secrets out of the backups",
    action: "administer",
    handler: ({ actor }, hub) => hub.backups.setPassphrase(actor, undefined),
  }),
  defineRoute({
    method: "POST",
    path: "/backups/{id}/verify",
    tag: "Backups",
    summary: "Restore a backup on trial and compare it with its manifest",
    action: "administer",
    params: IdParams,
    response: BackupDto,
    errors: ["E_BACKUP_UNAVAILABLE", "E_BACKUP_UNKNOWN", "E_BACKUP_BUSY"],
    handler: async ({ actor, params }, hub) => backupDto(await hub.backups.verify(actor, params.id)),
  }),
  defineRoute({
    method: "DELETE",
    path: "/backups/{id}",
    tag: "Backups",
    summary: "Remove a backup",
    action: "administer",
    params: IdParams,
    errors: ["E_BACKUP_UNAVAILABLE", "E_BACKUP_UNKNOWN", "E_BACKUP_BUSY", "E_BACKUP_LAST"],
    handler: ({ actor, params }, hub) => hub.backups.remove(actor, params.id),
  }),
];

/** Backups, and restoring one into a hub that waits for its first person. */
export const backupRoutes: readonly Route[] = [
  ...backupsOfHub,
  defineRoute({
    method: "POST",
    path: "/setup/restore",
    tag: "Setup",
    summary: "Restore a backup instead of setting the hub up",
    description: "Takes the code that the log prints at start-up. The hub then starts anew with what the backup holds.",
    action: "public",
    body: SetupRestoreBody,
    response: SetupRestoredDto,
    errors: [
      "E_SETUP_DONE",
      "E_SETUP_CODE",
      "E_RATE_LIMITED",
      "E_BACKUP_UNKNOWN",
      "E_BACKUP_INVALID",
      "E_BACKUP_NEWER",
      "E_BACKUP_BUSY",
      "E_BACKUP_UNAVAILABLE",
      "E_PASSPHRASE_WRONG",
      "E_RESTORE_DISK_FULL",
      "E_RESTORE_FAILED",
    ],
    handler: async ({ body, request }, hub) => {
      hub.accounts.requireSetupCode(body.code, request.address);
      const { folder, passphrase, partial = false } = body;
      const how = passphrase === undefined ? {} : { passphrase };
      const done = await hub.setupRestore.restore({ folder, isPartial: partial, ...how });
      return { ...done, madeAt: done.madeAt as Instant, leftOut: [...done.leftOut] };
    },
  }),
];
