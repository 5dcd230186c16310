// Issues real documents with verifyctl into a temporary folder: keys, a signed trust list, three ledgers, QR codes.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { need } from "./environment.mjs";

export const ISSUER = { id: "moeys.gov.kh", km: "ក្រសួងអប់រំ យុវជន និងកីឡា", en: "Ministry of Education, Youth and Sport" };
export const TYPE = "school-leaving/bac2";
const PREFIX = "https://verify.example/";

const COLUMNS = [
  "serial",
  "name_km",
  "name_latin",
  "sex",
  "birth_date",
  "birth_place",
  "school",
  "exam_centre",
  "exam_date",
  "candidate_no",
  "total_score",
  "grade",
  "remarks",
];

function person(serial, changes = {}) {
  return {
    serial,
    name_km: "ចាន់ សុវណ្ណ",
    name_latin: "CHAN Sovann",
    sex: "F",
    birth_date: "2008-02-01",
    birth_place: "Takéo",
    school: "Lycée Takéo, annexe no. 5",
    exam_centre: "Takéo Centre 3",
    exam_date: "2026-10-06",
    candidate_no: "004711",
    total_score: "362",
    grade: "B",
    remarks: "",
    ...changes,
  };
}

// Text that would run or change the page if it were ever taken for HTML, and text that is hard to lay out.
const HOSTILE = person("BACII-2026-000002", {
  name_latin: '<img src=x onerror="window.attacked=true"> & <b>O\'Brien</b>',
  school: "សាលា".repeat(20),
  birth_place: "x".repeat(90),
  exam_centre: "مركز الامتحان 3",
  birth_date: "2026-02-30",
  remarks: 'Mention "très bien", avec félicitations',
});

export const ROWS = {
  good: person("BACII-2026-000001"),
  hostile: HOSTILE,
  revoked: person("BACII-2026-000003", { name_latin: "REVOKED Person" }),
  expired: person("BACII-2020-000001", { name_latin: "EXPIRED Person" }),
  elsewhere: person("BACII-2026-000005", { name_latin: "ELSEWHERE Person" }),
  scattered: person("BACII-2026-000006", { name_latin: "SCATTERED Person" }),
};

// What the page shows of a row: its columns but the serial, in order, without the empty ones.
export function expectedValues(row) {
  return COLUMNS.slice(1)
    .map((column) => row[column])
    .filter((value) => value !== "");
}

function csv(rows) {
  const cell = (value) => `"${value.replaceAll('"', '""')}"`;
  return (
    [COLUMNS.join(","), ...rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(","))].join("\r\n") +
    "\r\n"
  );
}

export class Documents {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "verifyd-e2e-"));
    this.pictures = {};
    this.codes = {};
  }

  path(name) {
    return join(this.folder, name);
  }

  run(program, ...words) {
    return execFileSync(need(program), words, {
      cwd: this.folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  makeTrust() {
    for (const kind of ["root", "issuer", "status"])
      this.run("VERIFYCTL", "keygen", "--kind", kind, "--out", `${kind}.key`);
    this.run("VERIFYCTL", "trust", "create", "--realm", "1", "--out", "trust.list");
    this.run(
      "VERIFYCTL",
      "trust",
      "add",
      "--list",
      "trust.list",
      "--key",
      "issuer.key.pub",
      "--role",
      "issuer",
      "--issuer",
      ISSUER.id,
      "--name",
      `km=${ISSUER.km}`,
      "--name",
      `en=${ISSUER.en}`,
      "--not-after",
      "2050-01-01",
    );
    this.run("VERIFYCTL", "trust", "sign", "--list", "trust.list", "--root-key", "root.key");
  }

  // verifyd.conf with these folders as the ledgers of operators 1, 2 and 3.
  configure(name, ledgers) {
    const root = /public: ([0-9a-f]{64})/.exec(readFileSync(this.path("root.key.pub"), "utf8"))[1];
    const operator = (store, place) =>
      `  { number = ${place + 1}; name = "Operator ${place + 1}"; store = "${store}"; }`;
    writeFileSync(
      this.path(name),
      `realm = 1;\nthreshold = 2;\nlisten = "127.0.0.1:0";\noperations = "127.0.0.1:0";\n` +
        `web_root = "${need("WEB_ROOT")}";\ntrust = { file = "trust.list"; roots = [ "${root}" ]; threshold = 1; };\n` +
        `operators = (\n${ledgers.map(operator).join(",\n")}\n);\nprofiles = [ "degree.conf" ];\nworkers = 1;\n`,
    );
  }

  // Issues rows, given by their names in ROWS, and reads the codes back from the pictures.
  issue(batch, profile, names, ...options) {
    writeFileSync(this.path(`${batch}.csv`), csv(names.map((name) => ROWS[name])));
    this.run(
      "VERIFYCTL",
      "issue",
      "--profile",
      profile,
      "--in",
      `${batch}.csv`,
      "--out",
      batch,
      "--issuer-key",
      "issuer.key",
      "--status-key",
      "status.key",
      "--issuer",
      ISSUER.id,
      "--prefix",
      PREFIX,
      ...options,
    );
    for (const name of names) {
      this.pictures[name] = this.path(`${batch}/${ROWS[name].serial}.png`);
      this.codes[name] = this.run("VERIFYCTL", "qr", this.pictures[name])
        .trim()
        .split("\n")
        .at(-1)
        .slice(PREFIX.length + 1);
    }
  }

  make() {
    const profile = readFileSync(need("PROFILE"), "utf8");
    writeFileSync(this.path("degree.conf"), profile);
    writeFileSync(this.path("expiring.conf"), `${profile}\nvalidity = { years = 1; };\n`);
    this.makeTrust();
    this.configure("verifyd.conf", ["ledger-1", "ledger-2", "ledger-3"]);
    this.configure("two-ledgers.conf", ["ledger-1", "ledger-2", "not-there"]);
    this.issue("batch", "degree.conf", ["good", "hostile", "revoked"], "--config", "verifyd.conf");
    this.issue("expired", "expiring.conf", ["expired"], "--config", "verifyd.conf", "--issued", "2020-01-01");
    const ledgers = (...folders) => [
      "--realm",
      "1",
      "--threshold",
      "2",
      ...folders.flatMap((folder) => ["--ledger", folder]),
    ];
    this.issue("elsewhere", "degree.conf", ["elsewhere"], ...ledgers("other-1", "other-2", "other-3"));
    this.issue("scattered", "degree.conf", ["scattered"], ...ledgers("ledger-1", "other-2", "other-3"));
    this.run(
      "VERIFYCTL",
      "revoke",
      "--config",
      "verifyd.conf",
      "--issuer",
      ISSUER.id,
      "--type",
      TYPE,
      "--issuer-key",
      "issuer.key",
      "--status-key",
      "status.key",
      "--serial",
      ROWS.revoked.serial,
    );
    return this;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
