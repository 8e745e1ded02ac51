// What somebody has changed by hand since a file was applied: the plan tells what, the journal who.

internal import BureauAPI
internal import Domain
internal import Onboarding
internal import Primitives
internal import SwiftProtobuf

/// A difference that applying the file again does not mend.
struct ShownObstacle: Encodable {
  let reason: String
  let message: String
  var changedBy: String?
  var changeTime: String?

  private enum CodingKeys: String, CodingKey {
    case reason, message
    case changedBy = "changed_by"
    case changeTime = "change_time"
  }

  var text: String {
    message + (changedBy.map { " – \($0), \(changeTime ?? "")" } ?? "")
  }
}

extension Client {
  func drift(of client: BureauPlan.Client) async throws -> ShownClient {
    var shown = ShownClient(client)
    var changes: [Bureau_V1_CompanyChange] = []
    if let company = client.company {
      let parent = "\(try bureau())/companies/\(company.hex)"
      changes = try await read(Onboardings.ListChanges.self) { $0.parent = parent }.changes
    }
    shown.changes = client.drifted.map { change in
      var line = ShownChange(change, of: client)
      (line.changedBy, line.changeTime) = Self.told(changes.first { $0.explains(change, client) })
      return line
    }
    if !client.steps.obstacles.isEmpty {
      shown.obstacles = client.steps.obstacles.map { obstacle in
        let (who, time) = Self.told(changes.first { $0.explains(obstacle) })
        return ShownObstacle(
          reason: obstacle.reason, message: obstacle.message, changedBy: who, changeTime: time)
      }
    }
    return shown
  }

  private static func told(_ change: Bureau_V1_CompanyChange?) -> (String?, String?) {
    guard let change else { return (nil, nil) }
    let name =
      !change.actorDisplayName.isEmpty
      ? change.actorDisplayName
      : change.actor.isEmpty ? "the server or the holder of a link" : Show.id(change.actor)
    return (name, Show.time(change.createTime))
  }
}

extension Bureau_V1_CompanyChange {
  /// Whether it made the difference that `change` would undo.
  fileprivate func explains(_ change: OnboardingChange, _ client: BureauPlan.Client) -> Bool {
    func isOf(_ key: String) -> Bool {
      client.people.contains { $0.key == key && $0.user?.hex == Show.id(user) }
    }
    func isFor(_ number: AccountNumber) -> Bool {
      Show.state(account.form) == number.form.rawValue && account.text == number.text
    }
    return switch change {
    case .updateCompany: kind == .companyUpdated
    case .updateUser(_, let id, _): kind == .userUpdated && Show.id(user) == id.hex
    case .assignRole(let wish):
      kind == .roleTaken && isOf(wish.person)
        && Show.state(role) == wish.role.fileName.uppercased()
    case .removeRole(let removal):
      kind == .roleGiven && Show.id(user) == removal.user.hex
        && Show.state(role) == removal.role.fileName.uppercased()
    case .createAgreement(let number, _), .sendAgreement(_, let number):
      kind == .agreementChanged && isFor(number)
    case .setPolicy: kind == .policySet
    case .setReminders: kind == .remindersSet
    case .createCompany, .createUser, .createSigningKey, .inviteConsent: false
    }
  }

  fileprivate func explains(_ obstacle: OnboardingError) -> Bool {
    switch obstacle {
    case .companyNotActive: kind == .companyState
    case .signingKeyDiffers(let current): kind == .signingKeyCreated && fingerprint == current
    case .signingKeyOver(let name, let state):
      state == .revoked
        ? kind == .signingKeyRevoked && fingerprint == name : kind == .signingKeyCreated
    case .agreementDiffers(let number, _):
      (kind == .agreementCreated || kind == .agreementChanged)
        && Show.state(account.form) == number.form.rawValue && account.text == number.text
    default: false
    }
  }
}
