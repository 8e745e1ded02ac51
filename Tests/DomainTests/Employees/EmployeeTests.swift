import Domain
import Primitives
import Testing

@Suite struct EmployeeRulesTests {
  private let file = RoleAssignment(
    id: key(60), user: User.robot.id, company: key(2), role: .serviceUser)

  private func linking(
    _ service: User?, roles: [RoleAssignment], to employee: User = .kim, holder: ID<User>? = nil,
    by actor: ID<User> = User.kim.id, isAdministrator: Bool = false
  ) throws -> [Fact] {
    try EmployeeRules.linking(
      service, roles: roles, to: employee, holder: holder, by: actor,
      isAdministrator: isAdministrator)
  }

  @Test
  func `U-11 U-12 U-14 a service user is stored on one employee, by themselves or the register`()
    throws
  {
    #expect(throws: EmployeeError.notOwn) { try linking(.robot, roles: [file], by: User.alex.id) }
    #expect(throws: EmployeeError.notPerson) {
      try linking(.robot, roles: [file], to: .robot, by: User.robot.id)
    }
    #expect(throws: EmployeeError.notServiceUser) { try linking(.alex, roles: [file]) }
    var blocked = User.robot
    blocked.isBlocked = true
    #expect(throws: EmployeeError.notServiceUser) { try linking(blocked, roles: [file]) }
    #expect(throws: EmployeeError.noFileRole) { try linking(.robot, roles: []) }
    #expect(throws: EmployeeError.taken) {
      try linking(.robot, roles: [file], holder: User.alex.id)
    }
    for (actor, isAdministrator) in [(User.kim.id, false), (User.alex.id, true)] {
      #expect(
        try linking(
          .robot, roles: [file], holder: User.kim.id, by: actor, isAdministrator: isAdministrator)
          == [
            .serviceUserLinked(
              ServiceUserLinked(employee: User.kim.id, serviceUser: User.robot.id))
          ])
    }
    #expect(try linking(nil, roles: []).names == ["serviceUserLinked"])
  }

  @Test func `U-15 U-16 the one set is used while entitled, else the lowest id`() throws {
    let (low, high): (ID<User>, ID<User>) = (key(10), key(11))
    func resolving(_ chosen: ID<User>?, _ entitled: [ID<User>]) throws -> AutomationEmployee {
      try AutomationEmployee.resolving(chosen: chosen, entitled: entitled)
    }
    #expect(try resolving(high, [high, low]) == AutomationEmployee(user: high, origin: .chosen))
    for chosen in [nil, key(12)] as [ID<User>?] {
      #expect(
        try resolving(chosen, [high, low]) == AutomationEmployee(user: low, origin: .fallback))
    }
    #expect(throws: EmployeeError.nobody) { try resolving(nil, []) }
    #expect(throws: EmployeeError.notEntitled) {
      try EmployeeRules.setting(key(12), entitled: [low, high])
    }
    #expect(try EmployeeRules.setting(nil, entitled: []).names == ["automationEmployeeSet"])
  }
}
