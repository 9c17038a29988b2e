    const left = unary();
    const operator = take("*", "/", "%");
    if (!operator) return left;
    return multiply(operator, left, product());
