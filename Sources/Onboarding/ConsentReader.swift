import Domain

// Who shall consent at which bank. The consent itself is personal: the file sends a link, and never
// gives one.

extension BureauFileReader {
  mutating func readConsents(
    _ table: TableReader<ClientKey>, _ names: FileNames, approvers roles: [DesiredRole]
  ) -> [(wish: DesiredConsent, place: Located)] {
    let approvers = Set(roles.filter { $0.role == .approver }.map(\.person))
    var found: [(wish: DesiredConsent, place: Located)] = []
    for item in table.list(.consents, limit: BureauFile.Limit.consents, &log) {
      guard let consent = TableReader<ConsentKey>(item.tree, at: item.path, &log) else { continue }
      let profile = bank(consent, .bank)
      let named = readNames(consent.list(.people, limit: BureauFile.Limit.members, &log))
      let people = names.people(of: named, &log)
      for person in people where !approvers.contains(person) {
        log.add(
          .consentWithoutRole, at: consent.located(.people),
          "\(person) is no approver of this client and shall not give consent (C-03).")
      }
      guard let profile else { continue }
      if found.contains(where: { $0.wish.bank == profile.id }) {
        log.add(
          .consentTwice, at: consent.located(.bank),
          "\(profile.id) stands here twice: name all its people in one place.")
        continue
      }
      found += people.map { (DesiredConsent(person: $0, bank: profile.id), consent.place) }
    }
    return found
  }
}
