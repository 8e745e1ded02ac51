// Roles name people or groups, and groups may be made of groups: so that a thousand clients can
// share their approvers. A group that contains itself would never end: it is a finding.

struct FileNames {
  struct Named {
    var name: String
    var place: Located
  }

  private struct Group {
    var key: String
    var members: [Named]
    var place: Located
  }

  private let people: Set<String>
  private var all: [Group] = []
  /// The people of each group, in order; what is in a cycle has none.
  private var opened: [String: [String]] = [:]

  init(people: Set<String>) { self.people = people }

  var groups: [FileGroup] {
    all.map { FileGroup(key: $0.key, members: $0.members.map(\.name)) }
  }

  mutating func add(
    _ key: String, _ members: [Named], at place: Located, _ log: inout FindingLog
  ) {
    if people.contains(key) || all.contains(where: { $0.key == key }) {
      log.add(.groupTwice, at: place, "Another group or person has the key \(key).")
      return
    }
    all.append(Group(key: key, members: members, place: place))
  }

  /// Finds the people of every group, when all groups are known.
  mutating func open(_ log: inout FindingLog) {
    let byKey = Dictionary(
      all.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    var inCycle: Set<String> = []
    for group in all where opened[group.key] == nil {
      open(group.key, byKey, path: [], &inCycle, &log)
    }
  }

  /// Depth first; `path` is how it came here.
  private mutating func open(
    _ key: String, _ byKey: [String: Int], path: [String], _ inCycle: inout Set<String>,
    _ log: inout FindingLog
  ) {
    guard opened[key] == nil, let index = byKey[key] else { return }
    let group = all[index]
    var found: [String] = []
    var seen: Set<String> = []
    for member in group.members {
      if people.contains(member.name) {
        if seen.insert(member.name).inserted { found.append(member.name) }
      } else if byKey[member.name] == nil {
        log.add(
          .personUnknown, at: member.place,
          "Neither a person nor a group has the key \(member.name).")
      } else if let start = (path + [key]).firstIndex(of: member.name) {
        let cycle = (path + [key])[start...]
        if inCycle.isDisjoint(with: cycle) {
          log.add(
            .groupCycle, at: member.place,
            "These groups contain each other without end: "
              + (cycle + [member.name]).joined(separator: " → ") + ".")
        }
        inCycle.formUnion(cycle)
      } else {
        open(member.name, byKey, path: path + [key], &inCycle, &log)
        for person in opened[member.name] ?? [] where seen.insert(person).inserted {
          found.append(person)
        }
      }
    }
    opened[key] = found
  }

  /// The people behind names, each once, in order.
  func people(of names: [Named], _ log: inout FindingLog) -> [String] {
    var seen: Set<String> = []
    var found: [String] = []
    for named in names {
      if people.contains(named.name) {
        if seen.insert(named.name).inserted { found.append(named.name) }
      } else if let members = opened[named.name] {
        for person in members where seen.insert(person).inserted { found.append(person) }
      } else {
        log.add(
          .personUnknown, at: named.place,
          "Neither a person nor a group has the key \(named.name).")
      }
    }
    return found
  }
}
