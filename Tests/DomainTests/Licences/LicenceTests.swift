import Domain
import Primitives
import Testing

@Suite struct PackageTests {
  private let all = PackageGrant.all

  @Test(arguments: ModuleAccess.allCases)
  func `O-01 O-02 O-08 an access is there when bureau and company both have it`(
    access: ModuleAccess
  ) throws {
    let without = all.filter { $0.package != access.package }
    let lesser =
      without + [
        PackageGrant(
          package: access.package, accesses: access.package.accesses.subtracting([access]))
      ]
    try PackagesInUse(bureau: all).require([access])
    try PackagesInUse(bureau: all, company: all).require([access])
    for (grants, error) in [
      (without, LicenceError.packageMissing(access.package, onBureau: true)),
      (lesser, LicenceError.accessMissing(access, onBureau: true)),
    ] {
      #expect(throws: error) { try PackagesInUse(bureau: grants, company: all).require([access]) }
    }
    for (grants, error) in [
      (without, LicenceError.packageMissing(access.package, onBureau: false)),
      (lesser, LicenceError.accessMissing(access, onBureau: false)),
      ([], LicenceError.packageMissing(access.package, onBureau: false)),
    ] {
      #expect(throws: error) { try PackagesInUse(bureau: all, company: grants).require([access]) }
    }
    try PackagesInUse().require([])
  }

  @Test func `every access is inside one package`() {
    #expect(
      ServicePackage.allCases.flatMap { $0.accesses.sorted() }.count == ModuleAccess.allCases.count)
    #expect(ServicePackage.remittance.accesses == [.signing, .transfers])
  }
}

@Suite struct LicenceRulesTests {
  private var administrator: User {
    var user = User.alex
    user.email = "alex@example.com"
    return user
  }

  private func draft(
    number: String = "100", name: String = "Alex Berg", email: String = "ALEX@example.com",
    _ packages: [ServicePackage] = [.bank]
  ) -> LicenceDraft {
    LicenceDraft(
      customerNumber: number, administratorName: name, administratorEmail: email,
      packages: packages)
  }

  private func ordered(_ draft: LicenceDraft, known: Licence? = nil) throws -> [Fact] {
    try draft.ordering(known: known, administrators: [administrator], at: monday)
  }

  private func licence(accepted: String?) -> Licence {
    Licence(
      customerNumber: "100", administrator: administrator.id, administratorName: "Alex Berg",
      administratorEmail: "alex@example.com", packages: [.bank], orderTime: monday,
      acceptedTerms: accepted)
  }

  @Test func `O-05 an order names customer number, name and mail address`() throws {
    #expect(throws: TenancyError.fieldMissing("customer_number")) { try ordered(draft(number: "")) }
    #expect(throws: TenancyError.fieldMissing("administrator_name")) {
      try ordered(draft(name: " "))
    }
    #expect(throws: TenancyError.fieldMissing("administrator_email")) {
      try ordered(draft(email: ""))
    }
    #expect(throws: LicenceError.packagesMissing) { try ordered(draft([])) }
    #expect(throws: LicenceError.administratorUnknown) {
      try ordered(draft(email: "kim@example.com"))
    }
    #expect(try ordered(draft()).names == ["licenceOrdered"])
  }

  @Test func `O-04 with the terms accepted a further order is registered by itself`() throws {
    let known = licence(accepted: TermsOfService.version)
    #expect(throws: LicenceError.exists) { try ordered(draft(), known: known) }
    let facts = try ordered(draft([.remittance]), known: known)
    #expect(facts.names == ["licenceOrdered", "termsAccepted", "packagesChosen"])
    // What was accepted in another wording is accepted anew.
    let old = licence(accepted: "1999-01")
    #expect(try ordered(draft([.remittance]), known: old).names == ["licenceOrdered"])
  }

  @Test func `O-06 the person named accepts the terms of today, once`() throws {
    func accepting(
      _ known: Licence?, by user: ID<User>, _ version: String = TermsOfService.version
    ) throws -> [Fact] {
      try Licence.accepting(version, of: known, by: user)
    }
    let open = licence(accepted: nil)
    #expect(throws: LicenceError.missing) { try accepting(nil, by: administrator.id) }
    #expect(throws: LicenceError.accepted) {
      try accepting(licence(accepted: "x"), by: administrator.id)
    }
    #expect(throws: LicenceError.otherPerson) { try accepting(open, by: User.kim.id) }
    #expect(throws: LicenceError.termsUnknown(TermsOfService.version)) {
      try accepting(open, by: administrator.id, "1999-01")
    }
    // O-08: on the bureau itself too.
    #expect(
      try accepting(open, by: administrator.id).last
        == .packagesChosen(PackagesChosen(company: nil, grants: [PackageGrant(.bank)])))
  }

  @Test
  func `packages are chosen out of a licence in force, each once, O-08 none beyond the bureau's`()
    throws
  {
    let active = licence(accepted: TermsOfService.version)
    func choosing(
      _ grants: [PackageGrant], for company: Company? = .norwegian, licence: Licence?,
      bureau: [PackageGrant] = PackageGrant.all
    ) throws -> [Fact] {
      try Licence.choosing(grants, for: company, licence: licence, bureau: bureau)
    }
    let bank = PackageGrant(.bank)
    #expect(throws: LicenceError.missing) { try choosing([bank], licence: nil) }
    #expect(throws: LicenceError.missing) {
      try choosing([bank], licence: licence(accepted: nil))
    }
    var closed = Company.norwegian
    closed.state = .closed
    #expect(throws: CompanyError.closed) { try choosing([bank], for: closed, licence: active) }
    #expect(throws: LicenceError.packageTwice(.bank)) {
      try choosing([bank, bank], licence: active)
    }
    #expect(throws: LicenceError.accessElsewhere(.signing, .bank)) {
      try choosing([PackageGrant(package: .bank, accesses: [.signing])], licence: active)
    }
    #expect(throws: LicenceError.notLicensed(.remittance)) {
      try choosing([PackageGrant(.remittance)], licence: active)
    }
    #expect(throws: LicenceError.packageMissing(.bank, onBureau: true)) {
      try choosing([bank], licence: active, bureau: [])
    }
    #expect(try choosing([bank], for: nil, licence: active, bureau: []).names == ["packagesChosen"])
    #expect(try choosing([], licence: active).names == ["packagesChosen"])
  }
}
