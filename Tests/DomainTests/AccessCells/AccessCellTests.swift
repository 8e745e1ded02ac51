import Domain
import Testing

@Suite struct AccessBoundsTests {
  private let bounds = AccessBounds(
    roles: [.accountant, .approver], free: [.accountant, .approver, .reader])

  @Test(arguments: Role.allCases, [true, false])
  func `a cell is set inside its bounds, and only to what it is not`(role: Role, allowed: Bool)
    throws
  {
    let cell = AccessCellSet(method: "m", role: role, isAllowed: allowed)
    if !bounds.free.contains(role) {
      #expect(throws: AccessCellError.fixed) { try bounds.setting(cell, cells: [:]) }
      #expect(bounds.effective([role: allowed]) == bounds.roles)
    } else if bounds.roles.contains(role) == allowed {
      #expect(throws: AccessCellError.same) { try bounds.setting(cell, cells: [:]) }
    } else {
      #expect(try bounds.setting(cell, cells: [:]) == [.accessCellSet(cell)])
      #expect(bounds.effective([role: allowed]).contains(role) == allowed)
    }
  }

  @Test func `the last role stays`() {
    let cell = AccessCellSet(method: "m", role: .approver, isAllowed: false)
    #expect(throws: AccessCellError.nobody) {
      try bounds.setting(cell, cells: [.accountant: false])
    }
  }
}
