// A trust list as long as that of a country, signed here, and a configuration that shows it.

import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Documents } from "./documents.mjs";
import { need } from "./environment.mjs";

const frag1 = (name) => import(pathToFileURL(join(need("WEB_SOURCE"), "frag1", name)));
const { encodeTrustList, signTrustList } = await frag1("trust.js");
const { publicKey } = await frag1("primitives.js");

const PLACES = [
  ["ភ្នំពេញ", "Phnom Penh"],
  ["សៀមរាប", "Siem Reap"],
  ["បាត់ដំបង", "Battambang"],
  ["កំពង់ចាម", "Kampong Cham"],
  ["តាកែវ", "Takéo"],
];
const KEY_S = 3 * 365 * 86400;

function secret(number) {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, number + 1);
  return bytes;
}

export class ManyIssuers extends Documents {
  // Issuer `at` of the list, by id, from 0.
  static id(at) {
    return `lycee-${String(at).padStart(4, "0")}.edu.kh`;
  }

  static names(at) {
    const [km, en] = PLACES[at % PLACES.length];
    return { km: `វិទ្យាល័យ${km} ទី${at}`, en: `High School no. ${at} of ${en}`, fr: `Lycée n° ${at} de ${en}` };
  }

  // The keys of an issuer follow each other in time. The first key of every 40th was compromised.
  keys(issuers, keysEach) {
    const now = Math.floor(Date.now() / 1000);
    return Array.from({ length: issuers * keysEach }, (_, number) => {
      const [at, of] = [number % issuers, Math.trunc(number / issuers)];
      const notBefore = now - (keysEach - of) * KEY_S + KEY_S / 2;
      return {
        pub: publicKey(secret(number)),
        role: 1,
        issuer: ManyIssuers.id(at),
        names: ManyIssuers.names(at),
        notBefore,
        notAfter: notBefore + 2 * KEY_S,
        types: ["school-leaving/bac2", "school-leaving/bac1"],
        compromisedSince: of === 0 && at % 40 === 1 ? now - 86400 : null,
      };
    });
  }

  // ledgers: folders of ledgers of that realm; verifyd does not start without.
  make(issuers, keysEach, ledgers) {
    const root = secret(0xfffffff0);
    const issued = Math.floor(Date.now() / 1000) - 3600;
    const nextUpdate = issued + 90 * 86400;
    const list = { realm: 1, listNo: 1, issued, nextUpdate, keys: this.keys(issuers, keysEach) };
    writeFileSync(this.path("trust.list"), signTrustList(encodeTrustList(list), [root]));
    writeFileSync(this.path("root.key.pub"), `public: ${Buffer.from(publicKey(root)).toString("hex")}\n`);
    copyFileSync(need("PROFILE"), this.path("degree.conf"));
    this.configure("verifyd.conf", ledgers);
    return this;
  }
}
