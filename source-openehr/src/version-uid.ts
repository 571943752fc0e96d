/** The parts of an OBJECT_VERSION_ID `object::system::version` (openEHR BASE, base_types §5.3). */
export interface VersionUid {
  readonly objectId: string
  readonly systemId: string | null
  /** The trunk version; 1 is the creation. */
  readonly version: number
}

export const parseVersionUid = (uid: string): VersionUid => {
  const [objectId = uid, systemId, version] = uid.split('::')
  return { objectId, systemId: systemId ?? null, version: Number.parseInt(version ?? '1', 10) || 1 }
}
