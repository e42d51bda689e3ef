/** What `next` says that it did; a script on paper says the same, so that it can be compared with the screen. */
export const deedWords: Readonly<Record<string, string>> = {
  refuse: 'said no, for the record',
  complain: 'opened a bad box to everybody: this attempt is over, and the dealer is named',
  amend: 'amended: the plan goes on with other dealers',
  approve: 'approved the plan',
  deal: 'dealt: a sealed box of sub-shares for each new member',
  endorse: 'endorsed this attempt',
  accept: 'checked every deal, stored the new share and accepted',
  reprove: 'took part in a later turn: committed, and signed where all have committed',
  activate: 'made the new share active and signed the proof of life',
  close: 'saw the proof of life and closed',
  drill: 'answered the drill: committed, and signed where all have committed',
  census: 'proved the share of this machine, and reported how it stands',
};
