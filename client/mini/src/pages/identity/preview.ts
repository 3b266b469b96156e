// What others would see of a member, before it is shown.

interface Form { name_form: 'surname' | 'full', pledge: string, skills: string, on_page: boolean }

export interface Seen { name: string, pledge: string, skills: string }

const compound = /^(欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|轩辕|端木|百里|南宫)./

/** surnameForm is how the server shows a name by its surname. Once something is shown, its own preview takes the place of this guess. */
const surnameForm = (name: string) => (compound.exec(name)?.[1] ?? name.slice(0, 1)) + '同志'

/** asNeighbour and asPasserBy give what those see on the unit page, null for nothing. */
export function asNeighbour(name: string, f: Form): Seen | null {
  if (!f.on_page) return null
  return { name: f.name_form === 'full' ? name : surnameForm(name), pledge: f.pledge.trim(), skills: f.skills.trim() }
}

export function asPasserBy(name: string, f: Form): Seen | null {
  if (!f.on_page) return null
  return { name: surnameForm(name), pledge: f.pledge.trim(), skills: '' }
}
