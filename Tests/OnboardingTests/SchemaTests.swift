import Domain
import Foundation
import Policies
import Testing

@testable import Onboarding

/// The schema in docs/ says what the reader knows: every key, and nothing else.
@Suite struct SchemaTests {
  private let schema: [String: Any]
  private static let docs = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs")

  init() throws {
    let data = try Data(contentsOf: Self.docs.appending(path: "bureau-file.schema.json"))
    schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func definition(_ name: String) throws -> [String: Any] {
    if name.isEmpty { return schema }
    let all = try #require(schema["$defs"] as? [String: Any])
    return try #require(all[name] as? [String: Any])
  }

  private func check<Keys: FileKeys>(_: Keys.Type, _ name: String) throws {
    let definition = try definition(name)
    let properties = try #require(definition["properties"] as? [String: Any])
    let required = try #require(definition["required"] as? [String])
    #expect(Set(properties.keys) == Set(Keys.allCases.map(\.rawValue)), "\(name)")
    #expect(Set(required) == Set(Keys.required.map(\.rawValue)), "\(name)")
    #expect(definition["additionalProperties"] as? Bool == false, "\(name)")
  }

  @Test func `every table of a file has its keys in the schema, and no other`() throws {
    try check(FileKey.self, "")
    try check(BureauKey.self, "bureau")
    try check(PersonKey.self, "person")
    try check(GroupKey.self, "group")
    try check(ClientKey.self, "client")
    try check(AddressKey.self, "address")
    try check(RoleKey.self, "roles")
    try check(AgreementKey.self, "agreement")
    try check(PolicyKey.self, "policy")
    try check(PolicySalaryKey.self, "policy_salary")
    try check(PolicyLimitKey.self, "policy_limit")
    try check(PolicyExampleKey.self, "policy_example")
    try check(SigningKeyKey.self, "signing_key")
    try check(ConsentKey.self, "consent")
    try check(RemindersKey.self, "reminders")
    try check(DebtorsKey.self, "debtors")
    let all = try #require(schema["$defs"] as? [String: Any])
    #expect(
      Set(all.keys) == [
        "key", "bureau", "person", "group", "client", "address", "roles", "agreement", "policy",
        "policy_salary", "policy_limit", "policy_example", "signing_key", "consent", "reminders",
        "debtors",
      ])
  }

  @Test func `the bounds are the same`() throws {
    func limit(_ table: String, _ key: String, _ bound: String = "maxItems") throws -> Int? {
      let properties = try #require(try definition(table)["properties"] as? [String: Any])
      return (properties[key] as? [String: Any])?[bound] as? Int
    }
    #expect(try limit("", "clients") == BureauFile.Limit.clients)
    #expect(try limit("", "people") == BureauFile.Limit.people)
    #expect(try limit("", "groups") == BureauFile.Limit.groups)
    #expect(try limit("group", "members") == BureauFile.Limit.members)
    #expect(try limit("client", "agreements") == BureauFile.Limit.agreements)
    #expect(try limit("client", "signing_keys") == BureauFile.Limit.signingKeys)
    #expect(try limit("client", "consents") == BureauFile.Limit.consents)
    #expect(
      try limit("reminders", "start_invoice", "maxLength") == ReminderSettings.startInvoiceLimit)
    #expect(try limit("policy", "per_day") == CompanyPolicy.thresholdLimit)
    #expect(try limit("policy", "per_payment") == CompanyPolicy.thresholdLimit)
    #expect(try limit("policy", "examples") == CompanyPolicy.exampleLimit)
  }

  @Test func `every role can be given by a file`() {
    #expect(Set(RoleKey.allCases.compactMap { Role(fileName: $0.rawValue) }) == Set(Role.allCases))
  }

  @Test func `the example in the documentation is a right file`() throws {
    let text = try String(
      contentsOf: Self.docs.appending(path: "bureau-file.md"), encoding: .utf8)
    let yaml = try #require(text.components(separatedBy: "```yaml\n").dropFirst().first)
    let file = try BureauFile.read(Array(yaml.components(separatedBy: "```")[0].utf8)).file
    #expect(file.clients.map(\.company.displayName) == ["Fjord Fisk AS"])
  }
}
