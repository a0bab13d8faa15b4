import { stat } from 'node:fs/promises'

/** Size, time and inode of a file: as long as these are the same, it is not read again. */
export type Stamp = string

export async function stampOf(path: string): Promise<Stamp | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(path)
    return `${size}:${mtimeMs}:${ino}`
  } catch {
    // Opening the file says better what is wrong with it.
    return undefined
  }
}
